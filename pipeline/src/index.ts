/**
 * Images in, an ONNX diffusion model out: what the commands do, as functions. They print nothing; a caller's mistake is an
 * `InputError`, one sentence.
 */

export { Failure } from '@onnoise/base/files';
export type { Skipped } from '@onnoise/base/folders';
export {
  type EvaluateHooks,
  type EvaluateOptions,
  type EvaluatePicturesOptions,
  type Evaluation,
  evaluateModel,
  evaluatePictures,
  type SamplingSettings,
} from '@onnoise/evaluation';
export { InputError } from '@onnoise/scheduler/rules';
export {
  encodeModel,
  type Graph,
  type TensorSpec,
  type TraceOptions,
  trace,
  traceAnyBatch,
  traceModel,
  traceTrainingStep,
} from '@onnoise/tracer';
export {
  type PrepareImagesOptions,
  prepareImages,
  type TrainRunOptions,
  type TrainSettingsGiven,
  train,
} from '@onnoise/training';
export type {
  DataConditions,
  Dataset,
  LabelNames,
  PrepareOptions,
  PrepareProgress,
} from '@onnoise/training/data';
export { describeParity, type Parity } from '@onnoise/training/folder';
export type { TrainHooks, TrainResult } from '@onnoise/training/run';
export type { StepMetrics, ValidationMetrics } from '@onnoise/training/saved';
export type { PartialConfig, TrainConfig } from '@onnoise/training/settings';
export { presetNames, readPreset } from '@onnoise/training/settings';
export { type ExportOptions, exportRun } from './export/export.ts';
export type { ExportResult } from './export/result.ts';
export { type TraceFileOptions, type TraceFileResult, traceFile } from './trace/trace-file.ts';
