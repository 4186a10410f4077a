/**
 * Trained feature networks as ONNX files: `images` [N, C, H, W] f32 in [-1, 1] -> `features` [N, 64], and `logits`
 * [N, classes] of a classifier; a regressor has `numbers` [N, K] alone, and a segmenter `masks` [N, H, W], class numbers. cache.ts adds what is known of the network as metadata.
 */
import type { ImageShape } from '@onnoise/scheduler/model';
import { type Graph, trace, traceAnyBatch } from '@onnoise/tracer';
import type { ParameterSpec, Parameters } from '@onnoise/training/model';
import * as tf from '@tensorflow/tfjs';
import { createAutoencoder, createClassifier, createRegressor } from './network.ts';
import { createSegmenter } from './segmenter.ts';
import { seenShape } from './shape.ts';

type Weights = ReadonlyMap<string, Float32Array>;

export function classifierGraph(shape: ImageShape, classCount: number, weights: Weights): Graph {
  const { parameters, forward } = createClassifier(shape, classCount);
  return inferenceGraph(shape, parameters, weights, (given, images) => ({ ...forward(given, images, false) }));
}

export function regressorGraph(shape: ImageShape, count: number, weights: Weights): Graph {
  const { parameters, forward } = createRegressor(shape, count);
  return inferenceGraph(shape, parameters, weights, (given, images) => ({ numbers: forward(given, images, false) }));
}

export function segmenterGraph(shape: ImageShape, classCount: number, weights: Weights): Graph {
  const { parameters, forward } = createSegmenter(shape, classCount);
  return inferenceGraph(shape, parameters, weights, (given, images) => ({
    masks: tf.cast(tf.argMax(forward(given, images, false), 3), 'float32'),
  }));
}

/** The encoder alone: the decoder stays behind. */
export function autoencoderGraph(shape: ImageShape, weights: Weights): Graph {
  const { parameters, encode } = createAutoencoder(shape);
  const used = parameters.filter(({ name }) => /^(conv\d|hidden)\./.test(name));
  return inferenceGraph(shape, used, weights, (given, images) => ({ features: encode(given, images, false) }));
}

function inferenceGraph(
  shape: ImageShape,
  parameters: readonly ParameterSpec[],
  weights: Weights,
  forward: (given: Parameters, images: tf.Tensor4D) => Record<string, tf.Tensor>,
): Graph {
  const constants = parameters.map(({ name, shape: dims }) => {
    return { name, shape: dims, dtype: 'float32' as const, data: weights.get(name)! };
  });
  return traceAnyBatch((batch) =>
    trace(
      (tensors) => forward(tensors, tensors.images as tf.Tensor4D),
      [{ name: 'images', shape: [batch, ...seenShape(shape).input], dtype: 'float32' }],
      { name: 'features', constants },
    ),
  );
}
