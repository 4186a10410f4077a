export { FEWEST_DIFFERENT } from './check.ts';
export { closestPairs } from './closest-pairs.ts';
export { type CopyFeatures, findCopies } from './find-copies.ts';
export type { Memorisation } from './types.ts';
