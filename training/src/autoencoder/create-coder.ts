/** An autoencoder in evaluation mode with given weights, on onnxruntime: the graphs that `pipeline export` would write. */
import { type Coder, openCoder } from '@onnoise/runtime-node';
import { encodeModel } from '@onnoise/tracer';
import { type AutoencoderModel, decoderGraph, encoderGraph } from '../folder/halves.ts';

/** @param values of all parameters, by PyTorch's names */
export const createCoder = (model: AutoencoderModel, values: ReadonlyMap<string, Float32Array>): Coder =>
  openCoder(model.shape, model.halves.shape, {
    encoder: encodeModel(encoderGraph(model, values)),
    decoder: encodeModel(decoderGraph(model, values)),
  });
