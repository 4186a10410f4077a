export { prepareDataset } from './prepare.ts';
export {
  type BatchPosition,
  createTrainingBatches,
  readFloats,
  type TrainingBatch,
  type TrainingBatches,
  type TrainingBatchesOptions,
} from './training-batches.ts';
export type { Dataset, PrepareOptions, PrepareProgress, Skipped } from './types.ts';
