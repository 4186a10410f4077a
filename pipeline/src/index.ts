/**
 * Images in, an ONNX diffusion model out: what the commands do, as functions. They print nothing; a caller's mistake is an
 * `InputError`, one sentence.
 */
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
export { type EvaluateHooks, type EvaluateOptions, evaluateModel } from './api/evaluate.ts';
export { type PrepareImagesOptions, prepareImages } from './api/images.ts';
export { type TrainRunOptions, type TrainSettingsGiven, train } from './api/train.ts';
export type {
  DataConditions,
  Dataset,
  LabelNames,
  PrepareOptions,
  PrepareProgress,
  Skipped,
} from './data/set/types.ts';
export type { Evaluation } from './evaluate/report/types.ts';
export type { SamplingSettings } from './evaluate/sample.ts';
export { type ExportOptions, type ExportResult, exportRun } from './export/export.ts';
export { Failure } from './files/failure.ts';
export { describeParity, type Parity } from './folder/parity.ts';
export { type TraceFileOptions, type TraceFileResult, traceFile } from './trace/trace-file.ts';
export type { TrainHooks, TrainResult } from './train/run/train.ts';
export type { StepMetrics, ValidationMetrics } from './train/saved/metrics.ts';
export type { PartialConfig, TrainConfig } from './train/settings/config.ts';
export { presetNames, readPreset } from './train/settings/presets.ts';
