export { checkAgreement, type FolderFacts } from './agreement.ts';
export { type BadOutput, badOutput } from './bad-output.ts';
export { classNamesOf } from './class-names.ts';
export {
  BETA_SCHEDULES,
  type BetaSchedule,
  formatSchedulerConfig,
  PREDICTION_TYPES,
  type PredictionType,
  parseSchedulerConfig,
  type SchedulerConfig,
  TIMESTEP_SPACINGS,
  type TimestepSpacing,
  VARIANCE_TYPES,
  type VarianceType,
} from './config.ts';
export { checkInteger, InputError, refuse, show } from './errors.ts';
export { addNoise, chainStep, closedFormFactors, forwardChain, predictionTarget } from './forward.ts';
export { gaussian } from './gaussian.ts';
export { labelNumbers } from './labels.ts';
export { onnxReason } from './onnx-error.ts';
export { type OnnxFacts, readOnnxFacts } from './onnx-file.ts';
export type { PictureOptions } from './options.ts';
export { philox4x32 } from './philox.ts';
export { type BlockSource, philoxStream, randomInts, shuffle, uniform } from './random.ts';
export {
  applyRow,
  type Denoiser,
  type NoiseSource,
  type SampleOptions,
  type StepProgress,
  sampleImages,
  seededNoise,
} from './sample.ts';
export { makeSchedule, type Schedule } from './schedules.ts';
export { sniff } from './sniff.ts';
export {
  compileSampler,
  SAMPLERS,
  type Sampler,
  type SamplerOptions,
  type SamplerRow,
  type SamplerTable,
} from './table.ts';
export { spacedTimesteps } from './timesteps.ts';
export { type Bytes, bytesOf, type Field, openWire, Truncated, type Wire, WireError } from './wire.ts';
