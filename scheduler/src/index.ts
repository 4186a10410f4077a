export { conditionsMetadata } from './model/agreement.ts';
export {
  type Artefact,
  checkNetwork,
  LOADING,
  MODEL_FILES,
  missingFile,
  networkError,
  type ReadModelFile,
  readArtefact,
  unreadablePart,
} from './model/artefact.ts';
export { classNamesOf } from './model/class-names.ts';
export { GRAY_TOLERANCE, isGray, toGray } from './model/colour.ts';
export {
  type ConditioningFacts,
  type ConditionRows,
  conditionRows,
  type ExtraInput,
  extraInputs,
  type InputTensor,
  inputTensors,
  nullRow,
} from './model/conditioning.ts';
export {
  type ConditionSpec,
  type ConditionValues,
  completeConditions,
  encodeConditions,
  readConditions,
} from './model/conditions.ts';
export {
  type Estimate,
  EVALUATION_VERSION,
  type EvaluationFacts,
  type EvaluationSettings,
  type Measure,
  readEvaluation,
  VERDICTS,
  type Verdict,
} from './model/evaluation.ts';
export {
  figuresOfModel,
  formatFigure,
  formatInterval,
  formatShare,
  formatValue,
  type MainFigure,
  mainFigures,
  VERDICT_WORDS,
} from './model/evaluation-words.ts';
export { FORMAT_KEY, formatOf, NETWORK_FORMATS, type NetworkFormat } from './model/format.ts';
export { maskOfBrightness, maskOfTransparency, pictureOfRgba } from './model/from-pixels.ts';
export { guidanceInterval, guidanceScale } from './model/guidance-options.ts';
export { type CountLimit, USUAL_VARIATION } from './model/image-seeds.ts';
export { type ClassFacts, labelNumber } from './model/labels.ts';
export { latentsOf } from './model/latents.ts';
export { onnxReason } from './model/onnx-error.ts';
export { type OnnxFacts, readOnnxFacts } from './model/onnx-file.ts';
export type { PictureOptions } from './model/options.ts';
export { labelsOfPictures } from './model/picture-labels.ts';
export { type ImageShape, toByte, toBytes } from './model/pixels.ts';
export {
  completeRequest,
  type PictureRequest,
  strengthOf,
  USUAL_STEPS,
  USUAL_STRENGTH,
  usualBatch,
  usualSteps,
} from './model/request.ts';
export { type NetworkPort, type NetworkShape, signatureFault } from './model/signature.ts';
export { sizeOf } from './model/size.ts';
export { sniff } from './model/sniff.ts';
export { type Bytes, bytesOf, openWire, Truncated, type Wire, WireError, type WireField } from './model/wire.ts';
export { gaussian } from './noise/gaussian.ts';
export { philox4x32 } from './noise/philox.ts';
export { type BlockSource, philoxStream, randomInts, shuffle, uniform } from './noise/random.ts';
export { checkSeed, firstSeed, type ImageSeed, type NoiseSource, nameSeed, type SeedMix } from './noise/seeds.ts';
export { type DiskRefusal, diskRefusal } from './rules/disk.ts';
export { InputError, refuse, show, showNumber } from './rules/errors.ts';
export { type Rules, readObject } from './rules/read.ts';
export {
  anything,
  check,
  checkInteger,
  type Defaulted,
  flag,
  fraction,
  integer,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  only,
  optional,
  type Range,
  type Rule,
  rule,
  text,
  withDefault,
  worded,
} from './rules/rule.ts';
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
export { PACKED_COLUMNS, packTable } from './sampling/packed.ts';
export type {
  AuxiliaryRow,
  ChoiceOption,
  NumberOption,
  SamplerOption,
  SamplerRecord,
  SamplerRow,
} from './sampling/rows/record.ts';
export { SPACINGS, type Spacing } from './sampling/rows/spacing.ts';
export { applyRow, type Denoiser, type StepProgress } from './sampling/run.ts';
export { type SampleImagesOptions, sampleImages, seededNoise, startNoise } from './sampling/sample.ts';
export { formatSchedulerConfig, samplerOfConfig } from './sampling/scheduler-config.ts';
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
export { levelAt, type Prediction, predictionAt } from './schedule/prediction.ts';
export { makeSchedule, type Schedule } from './schedule/schedules.ts';
export { spacedTimesteps } from './schedule/timesteps.ts';
export {
  type BatchConditions,
  type Conditional,
  type ConditionInputs,
  conditionInputs,
  drawDropped,
  encodeBatch,
  type StepInputs,
} from './training/conditioning.ts';
export { type Draw, type DrawOptions, drawStep, type Offset } from './training/draw.ts';
export {
  type BatchPlace,
  type BatchPosition,
  createEpochOrder,
  type EpochOrder,
  orderStream,
} from './training/epoch-order.ts';
export {
  type FlatLayout,
  type FlatParameter,
  type FlatVector,
  packState,
  unpackState,
  weightsOf,
} from './training/flat.ts';
export { copyLevels, type ImagePlace } from './training/levels.ts';
export {
  LR_SCHEDULES,
  type LrOptions,
  type LrSchedule,
  lrAt,
} from './training/lr.ts';
export { type DropoutSpec, drawMasks, MASK } from './training/masks.ts';
export {
  type AdamOptions,
  adamScalars,
  emaDecayAt,
  OPTIMIZER_NAMES,
  type OptimizerName,
  type StepScalars,
  scalarNames,
  shrinks,
  stepScalars,
} from './training/optimizer.ts';
export {
  formatStepFile,
  readStepFile,
  STEP_FILES,
  STEP_FORMAT,
  type StepFile,
  type StepInput,
  type TrainingProgress,
} from './training/step-file.ts';
export { createStepFeed, type StepBatch, type StepFeed } from './training/step-inputs.ts';
export { drawTimesteps, TIMESTEP_SAMPLINGS, type TimestepSampling } from './training/timesteps.ts';
