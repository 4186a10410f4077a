export { grayToPlanes, toPlanes } from './colour.ts';
export { noteOnDark } from './dark.ts';
export { configureSharp, pagesOf, sizeOf } from './decode.ts';
export { decodeFile, kindOfFile, type MedicalReader } from './decode-file.ts';
export { chooseFrames, type FrameChoice, framesRule, parseFrames } from './frame-choice.ts';
export { fitGray } from './gray-frame.ts';
export { headOf } from './head.ts';
export {
  extensionOf,
  isDicom,
  isDicomdir,
  isMedicalName,
  kindByName,
  MEDICAL_EXTENSIONS,
  PREAMBLE,
} from './kinds.ts';
export { MAX_PIXELS } from './max-pixels.ts';
export { orderedMap, weightGate } from './ordered-map.ts';
export { decodePages } from './pages.ts';
export { LABEL } from './phantom-label.ts';
export { joinPlanes } from './planes.ts';
export { fitRaw, fittedSpacing, type RawPicture } from './raw-picture.ts';
export { keepsSamples } from './samples.ts';
export {
  AXES,
  type Axis,
  BACKGROUNDS,
  type Background,
  DEPTHS,
  type Depth,
  FITS,
  type ImageOptions,
  type Levels,
  MAX_SIZE,
  type Origin,
  type Picture,
  type Place,
  type Unusable,
} from './types.ts';
export {
  BlankError,
  between,
  extremes,
  fullRange,
  levelOf,
  parseWindow,
  type WindowChoice,
  windowRule,
  within,
} from './window.ts';
