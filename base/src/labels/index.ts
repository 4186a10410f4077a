export { type LabelGrid, toLabels } from '@onnoise/scheduler/model';
export { type LabelFile, openLabelFile } from './file.ts';
export { fitLabels, type ImageShape, needsResize } from './fit.ts';
export { requireFewLabels } from './values.ts';
