export { type LabelFile, openLabelFile } from './file.ts';
export { fitLabels, type ImageShape, needsResize } from './fit.ts';
export { type LabelGrid, MOST_LABELS, requireFewLabels, toLabels } from './values.ts';
export { type Colour, encodeIndexedPng } from './write-png.ts';
