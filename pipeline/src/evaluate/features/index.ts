export { imagesOf } from './images-of.ts';
export { FEATURE_WIDTH } from './network.ts';
export { type OpenOptions, openFeatureNetwork } from './open.ts';
export { FEATURE_RANGES, type FeatureRange } from './range.ts';
export { SYNTHETIC_ACCURACY, type SyntheticOptions, trainOnSynthetic } from './synthetic.ts';
export type { TrainingProgress } from './train.ts';
