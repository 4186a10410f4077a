export { prepareDataset } from './prepare.ts';
export {
  conditionsOf,
  createTrainingBatches,
  readFloats,
  type TrainingBatch,
  type TrainingBatches,
  type TrainingBatchesOptions,
} from './set/training-batches.ts';
export type { DataConditions, Dataset, PrepareOptions, PrepareProgress, Skipped } from './set/types.ts';
