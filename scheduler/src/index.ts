/** Noise schedules, seeded noise and samplers: from a configuration to a table of rows, and the loop that runs it. */

export { gaussian, gaussianFrom } from './noise/gaussian.ts';
export { philox4x32 } from './noise/philox.ts';
export { type BlockSource, philoxStream, randomInts, shuffle, uniform } from './noise/random.ts';
export { checkSeed, firstSeed, type ImageSeed, type NoiseSource, nameSeed, type SeedMix } from './noise/seeds.ts';
export { InputError } from './rules/errors.ts';
export { type BadOutput, BadOutputError, badOutput } from './sampling/bad-output.ts';
export { compileInverse, type InverseTable, type InversionOptions, invertImages } from './sampling/ddim-inverse.ts';
export {
  DEFAULT_GUIDANCE,
  denoiserOf,
  type Guidance,
  guide,
  guidedDenoiser,
  isGuided,
  LARGEST_GUIDANCE,
  picturesCalled,
} from './sampling/guidance.ts';
export { begin, checkPicture, eachImage, type Known, levelAfter, pictureOf, putBack } from './sampling/known.ts';
export {
  DEFAULT_SAMPLER,
  eachSamplerOption,
  LINE_SAMPLERS,
  optionRule,
  optionsOfSampler,
  SAMPLER_NAMES,
  SAMPLER_OPTION_NAMES,
  SAMPLER_OPTIONS,
  type SamplerName,
  type SamplerOptionName,
  type SamplerSettings,
  type SamplerValues,
  samplerRecord,
  samplerSettings,
} from './sampling/methods/samplers.ts';
export { overshoots } from './sampling/overshoot.ts';
export { PACKED_COLUMNS, packTable } from './sampling/packed.ts';
export { compileRoundTrip, type RoundTrip } from './sampling/round-trip.ts';
export { type DdimStep, ddimSteps } from './sampling/rows/ddim-steps.ts';
export type {
  AuxiliaryRow,
  ChoiceOption,
  NumberOption,
  OptionValue,
  SamplerOption,
  SamplerRecord,
  SamplerRow,
} from './sampling/rows/record.ts';
export { SPACINGS, type Spacing } from './sampling/rows/spacing.ts';
export { applyRow, type Denoiser, type StepProgress } from './sampling/run.ts';
export { type SampleImagesOptions, sampleImages, seededNoise, startNoise } from './sampling/sample.ts';
export { formatSchedulerConfig, samplerOfConfig } from './sampling/scheduler-config.ts';
export { spreadSteps } from './sampling/spread-steps.ts';
export {
  compileSampler,
  MOST_RESAMPLES,
  needsAuxiliary,
  type SamplerOptions,
  type SamplerTable,
} from './sampling/table.ts';
export { BETA_SCHEDULES, type BetaSchedule } from './schedule/betas.ts';
export {
  PREDICTION_TYPES,
  type PredictionType,
  parseSchedulerConfig,
  type SchedulerConfig,
  TIMESTEP_SPACINGS,
  type TimestepSpacing,
  VARIANCE_TYPES,
  type VarianceType,
} from './schedule/config.ts';
export { addNoise, chainStep, closedFormFactors, forwardChain, predictionTarget } from './schedule/forward.ts';
export { type Level, levelAt, type Prediction, predictionAt } from './schedule/prediction.ts';
export { isStraight, lastTimestep, OF_BETAS, OF_STRAIGHT, timestepsTold } from './schedule/process.ts';
export { levelOf, makeSchedule, type Schedule } from './schedule/schedules.ts';
export { spacedTimesteps } from './schedule/timesteps.ts';
