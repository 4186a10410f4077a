/** A training step's numbers: draws, learning rate, optimizer scalars, and the step as a file. */
export {
  type BatchConditions,
  type Conditional,
  type ConditionInputs,
  conditionInputs,
  drawDropped,
  encodeBatch,
  type StepInputs,
} from './conditioning.ts';
export { type Draw, type DrawOptions, drawStep, type Offset } from './draw.ts';
export {
  type BatchPlace,
  type BatchPosition,
  createEpochOrder,
  type EpochOrder,
  orderStream,
} from './epoch-order.ts';
export {
  type FlatLayout,
  type FlatParameter,
  type FlatVector,
  packState,
  unpackState,
  weightsOf,
} from './flat.ts';
export { copyDeepLevels, copyLevels, type ImagePlace } from './levels.ts';
export {
  LR_SCHEDULES,
  type LrOptions,
  type LrSchedule,
  lrAt,
} from './lr.ts';
export { type DropoutSpec, drawMasks, MASK } from './masks.ts';
export {
  formatStepFile,
  readStepFile,
  STEP_FILES,
  STEP_FORMAT,
  type StepFile,
  type StepInput,
  type TrainingProgress,
} from './step-file.ts';
export { createStepFeed, type StepBatch, type StepFeed } from './step-inputs.ts';
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
} from './step-scalars.ts';
export { drawTimesteps, TIMESTEP_SAMPLINGS, type TimestepSampling } from './timesteps.ts';
