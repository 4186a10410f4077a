export { featureLoss } from './loss.ts';
export { FEATURE_RANGES, type FeatureRange, levelsOf, RANGE_KEY } from './range.ts';
export { fitFeatures, readFeatureFile } from './read.ts';
export { featuresOf } from './run.ts';
export type { FeatureFile, FeatureInput, FeatureLayer, FeatureNetwork } from './types.ts';
