/**
 * The halves of an autoencoder as ONNX graphs, for any batch size, with the ports that Optimum gives them:
 * `sample` [N, C, H, W] f32 -> `latent_parameters` [N, 2 Z, h, w] f32, means and then logarithms of variances, and
 * `latent_sample` [N, Z, h, w] f32 -> `sample` [N, C, H, W] f32.
 */
import { HALVES, type ImageShape } from '@onnoise/scheduler/model';
import { foldScale, fuseGroupNorm, type Graph, simplify, trace, traceAnyBatch } from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';
import type { Halves } from '../layers/types.ts';
import { constantsOf } from './inference.ts';

/** An autoencoder, as `createModel` makes it. */
export interface AutoencoderModel {
  parameters: readonly { name: string; shape: readonly number[] }[];
  shape: ImageShape;
  halves: Halves;
}

type Values = ReadonlyMap<string, Float32Array>;

const EVALUATED = { training: false };

/** Its input is an image, from -1 to 1. */
export function encoderGraph(model: AutoencoderModel, values: Values): Graph {
  const { halves, shape } = model;
  const graph = halfGraph(model, values, 'encoder', shape, (weights, images) => {
    const { mean, logVariance } = halves.encode(weights, images, EVALUATED);
    return tf.concat([mean, logVariance], 1);
  });
  graph.inputs[0]!.doc = 'Images from -1 to 1, [N, C, H, W].';
  graph.outputs[0]!.doc = 'Means of the latents and logarithms of their variances, [N, 2 Z, h, w].';
  graph.doc = 'The encoder of an autoencoder. Its config says how latents are scaled for a diffusion model.';
  return graph;
}

/** Its input is a latent as the encoder makes it, not scaled. */
export function decoderGraph(model: AutoencoderModel, values: Values): Graph {
  const { halves } = model;
  const graph = halfGraph(model, values, 'decoder', halves.shape, (weights, latents) =>
    halves.decode(weights, latents, EVALUATED),
  );
  graph.inputs[0]!.doc = 'Latents as the encoder makes them, [N, Z, h, w]: not scaled.';
  graph.outputs[0]!.doc = 'Images, about from -1 to 1, [N, C, H, W].';
  graph.doc = 'The decoder of an autoencoder. Its config says how latents are scaled for a diffusion model.';
  return graph;
}

function halfGraph(
  { parameters }: AutoencoderModel,
  values: Values,
  half: keyof typeof HALVES,
  shape: ImageShape,
  pass: (weights: Record<string, tf.Tensor>, input: tf.Tensor4D) => tf.Tensor,
): Graph {
  const { input, output } = HALVES[half];
  const constants = constantsOf(parameters, values);
  const graph = traceAnyBatch((batch) =>
    trace(
      (tensors) => ({ [output]: pass(tensors, tensors[input] as tf.Tensor4D) }),
      [{ name: input, shape: [batch, ...shape], dtype: 'float32' }],
      { name: half, products: true, constants },
    ),
  );
  fuseGroupNorm(graph);
  foldScale(graph);
  simplify(graph);
  return graph;
}
