export { type Look, lookAtImages } from './look.ts';
export { prepareDataset } from './prepare.ts';
export {
  type Augmentation,
  type AugmentOptions,
  adjustContrast,
  affine,
  affineNearest,
  drawAugmentations,
} from './set/augment.ts';
export { type ChannelPatterns, channelCount, checkPatterns, isPatterns } from './set/channel-patterns.ts';
export { listClasses } from './set/classes.ts';
export { conditionSpecs } from './set/condition-specs.ts';
export { renameClasses } from './set/label-names.ts';
export {
  conditionsOf,
  createTrainingBatches,
  readFloats,
  readTold,
  type TrainingBatch,
  type TrainingBatches,
  type TrainingBatchesOptions,
} from './set/training-batches.ts';
export type {
  DataConditions,
  Dataset,
  LabelNames,
  LatentDraw,
  Latents,
  PrepareOptions,
  PrepareProgress,
} from './set/types.ts';
export { isArrayName } from './sources/arrays.ts';
export { parseTable } from './sources/csv-table.ts';
export { readCsvText } from './sources/csv-text.ts';
export { openDigits } from './sources/digits.ts';
export { findIdxImages } from './sources/idx.ts';
