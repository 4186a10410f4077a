export { FEWEST_DIFFERENT } from './check.ts';
export { closestPairs, type PairPictures } from './closest-pairs.ts';
export { type CopyFeatures, type CopySearch, findCopies } from './find-copies.ts';
export type { Memorisation, Space } from './types.ts';
