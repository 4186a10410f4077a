export { type MaskReader, openMaskReader } from './mask-reader.ts';
export { FEATURE_WIDTH } from './network.ts';
export { type NumberReader, openNumberReader } from './number-reader.ts';
export { type OpenOptions, openFeatureNetwork } from './open.ts';
export type { FeatureRange } from './range.ts';
export { trainOnSynthetic } from './synthetic.ts';
export { RECIPE_VERSION, type TrainingProgress } from './train.ts';
