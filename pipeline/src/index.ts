/**
 * Images in, an ONNX diffusion model out: what the commands do, as functions. They print nothing; a caller's mistake is an
 * `InputError`, one sentence.
 */
export { InputError } from '@onnoise/scheduler';
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
export type { DataConditions, Dataset, LabelNames, PrepareOptions, PrepareProgress, Skipped } from './data/types.ts';
export type { Evaluation } from './evaluate/report/types.ts';
export type { SamplingSettings } from './evaluate/sample.ts';
export { type ExportOptions, type ExportResult, exportRun } from './export/export.ts';
export { describeParity, type Parity } from './export/parity.ts';
export { Failure } from './files/failure.ts';
export { type EvaluateHooks, type EvaluateOptions, evaluateModel } from './library/evaluate.ts';
export { type PrepareImagesOptions, prepareImages } from './library/images.ts';
export { type TrainRunOptions, type TrainSettingsGiven, train } from './library/train.ts';
export { presetNames, readPreset } from './presets.ts';
export { type TraceFileOptions, type TraceFileResult, traceFile } from './trace/trace-file.ts';
export type { PartialConfig, TrainConfig } from './train/config.ts';
export type { StepMetrics, ValidationMetrics } from './train/metrics.ts';
export type { TrainHooks, TrainResult } from './train/train.ts';
