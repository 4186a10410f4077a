/** What every runtime knows of a model folder, a request and pictures. */

export {
  type Distilled,
  distilledOf,
  type SamplingFacts,
  STUDENT_SAMPLER,
  TEACHER_SAMPLER,
  USUAL_STEPS,
  type UsualSampling,
  usualSampling,
} from '../sampling/distilled.ts';
export { conditionsMetadata } from './agreement.ts';
export {
  type Artefact,
  checkNetwork,
  LOADING,
  MODEL_FILES,
  missingFile,
  networkError,
  type ReadModelFile,
  readArtefact,
  unreadablePart,
} from './artefact.ts';
export {
  AUTOENCODER_CLASS,
  type AutoencoderFacts,
  type DecodedFacts,
  decodedFacts,
  HALVES,
  maskOfLatents,
  meanPlanes,
  NO_VARIANCE,
  readAutoencoderFacts,
  scaled,
  toldInPictures,
  unscaled,
} from './autoencoder.ts';
export {
  channelNamesOf,
  nameChannels,
  namesFault,
  partShown,
  type ShownFacts,
  shownChannels,
  shownOf,
  showRule,
} from './channels.ts';
export { classNamesOf } from './class-names.ts';
export { GRAY_TOLERANCE, isGray, toGray } from './colour.ts';
export {
  type ConditionImage,
  type ConditionImages,
  classNumbers,
  completeConditionImages,
  conditionImageMetadata,
  exampleConditionImage,
  type MaskLabels,
  MOST_MASK_CLASSES,
  maskNames,
  maskNamesFile,
  maskPlanes,
  maskValues,
  readConditionImage,
  readMaskLabels,
} from './condition-image.ts';
export {
  type ConditioningFacts,
  type ConditionRows,
  conditionRows,
  type ExtraInput,
  extraInputs,
  type InputTensor,
  inputTensors,
  nullRow,
} from './conditioning.ts';
export {
  type ConditionSpec,
  type ConditionValues,
  completeConditions,
  encodeConditions,
  readConditions,
} from './conditions.ts';
export { FORMAT_KEY, formatOf, NETWORK_FORMATS, type NetworkFormat } from './format.ts';
export {
  maskOfBrightness,
  maskOfTransparency,
  type PictureUse,
  pictureOfRgba,
  START_PICTURE,
  TOLD_PICTURE,
} from './from-pixels.ts';
export { guidanceInterval, guidanceScale } from './guidance-options.ts';
export { narrowHalf, widenBrain, widenHalf } from './half.ts';
export { type CountLimit, USUAL_VARIATION } from './image-seeds.ts';
export { type ClassFacts, labelNumber } from './label-number.ts';
export { latentsOf } from './latents.ts';
export { classColours, colourMasks, masksOfPlanes, type Pairs, pictureShapeOf, splitPairs } from './mask-output.ts';
export { onnxReason } from './onnx/error.ts';
export { externalFiles } from './onnx/external.ts';
export { type OnnxFacts, readOnnxFacts } from './onnx/file.ts';
export { sniff } from './onnx/sniff.ts';
export { type Bytes, bytesOf, openWire, Truncated, type Wire, WireError, type WireField } from './onnx/wire.ts';
export type { PictureOptions } from './options.ts';
export { labelsOfPictures } from './picture-labels.ts';
export { type ImageShape, MOST_CHANNELS, toByte, toBytes, toDeepLevel } from './pixels.ts';
export {
  completeRequest,
  type PictureRequest,
  USUAL_STRENGTH,
  usualBatch,
} from './request.ts';
export { type NetworkPort, type NetworkShape, signatureFault } from './signature.ts';
export {
  type Extent,
  extentOf,
  type PictureSize,
  pictureSize,
  pictureSizeOf,
  type SampleSize,
  sampleSize,
  sampleSizeOf,
  scaledSides,
  sidesOf,
  sizeOf,
} from './size.ts';
