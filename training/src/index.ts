/**
 * Trains a diffusion model in Node: what `pipeline prepare` and `pipeline train` do, as functions. They print nothing; a
 * caller's mistake is an `InputError`, one sentence. Each room of the package has an index of its own.
 */
export { InputError } from '@onnoise/scheduler/rules';
export { type PrepareImagesOptions, prepareImages } from './images.ts';
export { type TrainRunOptions, type TrainSettingsGiven, train } from './train.ts';
