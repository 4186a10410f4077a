export type { ImageShape } from '@onnoise/scheduler/model';
export { InputError } from '@onnoise/scheduler/rules';
export { type Coder, type HalfFiles, openCoder } from './autoencoder.ts';
export type { DeviceReport } from './choose.ts';
export {
  DEVICE_CHOICES,
  DEVICES,
  type Device,
  type DeviceChoice,
  type DeviceStatus,
  inspectDevice,
  lacksGpu,
} from './devices.ts';
export { type DiffusionModel, type LoadOptions, loadModel } from './load.ts';
export type { ModelFiles } from './model-files.ts';
export { type ModelFolder, readModelFolder } from './model-folder.ts';
export { hashModel } from './model-hash.ts';
export { nameModels } from './model-names.ts';
export { type Network, openNetwork } from './open-network.ts';
export { besideSheet, pairSheet, type SheetImages } from './pictures/beside-sheet.ts';
export {
  FITS,
  type Fit,
  type PictureFile,
  readClearMask,
  readClearPicture,
  readMask,
  readPicture,
} from './pictures/decode.ts';
export {
  type AnimationOptions,
  animatedWebp,
  animation,
  png,
  type SheetOptions,
  sheet,
  strip,
} from './pictures/encode.ts';
export {
  ANIMATION_FORMATS,
  type AnimationFormat,
  checkPictureSize,
  DEEP_FORMATS,
  PICTURE_FORMATS,
  type PictureFormat,
} from './pictures/formats.ts';
export { labelPng, readClassMask, scaleMask } from './pictures/label-png.ts';
export { imageSize, joinImages, layOut, type Pixels, type TileOptions, tile } from './pictures/pixels.ts';
export {
  compileReconstruction,
  RECONSTRUCTIONS,
  type Reconstruction,
  type ReconstructionPlan,
  type ReconstructOptions,
  requireNull,
} from './reconstruct.ts';
export { batchOf, completeRequest, type SampleOptions, type SampleRequest } from './request.ts';
export { hashAutoencoder } from './same-autoencoder.ts';
export type { SampleCallbacks, SampleProgress, Samples } from './sample.ts';
