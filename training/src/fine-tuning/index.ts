export { readSameWeights, requireSameWeights } from './same-weights.ts';
