/** PNG files without a decoder of pictures: chunks, samples as stored, and label maps. */
export {
  indexedPng,
  isPng,
  PNG_SIGNATURE,
  plainRows,
  pngChunk,
  pngExtent,
  pngFile,
  textChunk,
  withText,
} from './chunks.ts';
export { grayLabels, type LabelGrid, labelsOfPng, toLabels, turnLabels } from './labels.ts';
export { orientationBeside, orientationFrom, type Shown, turnedExtent, undoing } from './orientation.ts';
export { type PngSamples, readPngSamples } from './samples.ts';
