export {
  type Batch,
  type Batcher,
  type BatcherOptions,
  type BatchPosition,
  createBatcher,
  readFloats,
} from './batcher.ts';
export { prepareDataset } from './prepare.ts';
export type { Dataset, PrepareOptions, PrepareProgress, Skipped } from './types.ts';
