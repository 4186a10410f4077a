/** An autoencoder in evaluation mode with given weights, on onnxruntime: the graphs that `pipeline export` would write. */
import { type Coder, openCoder } from '@onnoise/runtime-node';
import type { AutoencoderModel } from '../folder/halves.ts';
import { encodeHalves } from './folder.ts';

/** @param values of all parameters, by PyTorch's names */
export const createCoder = (model: AutoencoderModel, values: ReadonlyMap<string, Float32Array>): Coder =>
  openCoder(model.shape, model.halves.shape, encodeHalves(model, values));
