export { FEATURE_RANGES, type FeatureRange } from '@onnoise/training/features';
export { digestOfMasks, type MaskReader, maskClassesOf, openMaskReader } from './mask-reader.ts';
export { FEATURE_WIDTH } from './network.ts';
export { type NumberReader, openNumberReader } from './number-reader.ts';
export { type OpenOptions, openFeatureNetwork, trainedFeatures } from './open.ts';
export { type SyntheticOptions, trainOnSynthetic } from './synthetic.ts';
export { RECIPE_VERSION, type TrainingProgress } from './train.ts';
