export { type LabelGrid, toLabels } from '@onnoise/scheduler/png';
export { type LabelFile, openLabelFile } from './file.ts';
export { fitLabels, type ImageShape, isOfShape, layOnImage, needsResize } from './fit.ts';
export { keyOf, paint } from './segments.ts';
export { requireFewLabels } from './values.ts';
