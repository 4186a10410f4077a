/**
 * Convolutions, linear layers and embeddings on NHWC feature maps, with parameters in PyTorch's order.
 *
 * The transposes of filters from PyTorch's order to tfjs' cost nothing when traced: the tracer relabels axes.
 * Limits: stride 2 needs even heights and widths, or tfjs' padding is not PyTorch's.
 */
import * as tf from '@tensorflow/tfjs';
import { type Declare, fanIn, type Layer, type Pass, use } from './declare.ts';

export interface ConvOptions {
  kernel: number;
  stride?: 1 | 2;
  /** Zeros before and after every row and column, or (stride 2, kernel 3) `end`: one after, none before. */
  padding: number | 'end';
}

/**
 * A convolution that leaves its bias to the caller, who can merge it with another per-channel term.
 * @returns the layer without its bias, and the bias [out].
 */
export function convParts(declare: Declare, inputs: number, outputs: number, options: ConvOptions) {
  const { kernel } = options;
  const init = fanIn(inputs * kernel * kernel);
  const weight = declare('weight', [outputs, inputs, kernel, kernel], init);
  const bias = declare('bias', [outputs], init);
  const { before, pad } = padding(options);
  const apply: Layer = (pass, x) => {
    const filter = tf.transpose(use<tf.Tensor4D>(pass, weight), [2, 3, 1, 0]); // [kh, kw, in, out]
    return tf.conv2d(before ? padded(x, before) : x, filter, options.stride ?? 1, pad);
  };
  return { apply, bias: (pass: Pass) => use<tf.Tensor1D>(pass, bias) };
}

const padded = (x: tf.Tensor4D, by: number): tf.Tensor4D => {
  const both: [number, number] = [by, by];
  return tf.pad(x, [[0, 0], both, both, [0, 0]]);
};

/** PyTorch's `Conv2d`. */
export function conv2d(declare: Declare, inputs: number, outputs: number, options: ConvOptions): Layer {
  const { apply, bias } = convParts(declare, inputs, outputs, options);
  return (pass, x) => tf.add(apply(pass, x), bias(pass));
}

/** tfjs' name for the padding, and what to pad beforehand: 'same' puts an odd zero after, PyTorch on both sides. */
function padding({ kernel, stride = 1, padding }: ConvOptions): { before: number; pad: 'same' | 'valid' } {
  if (padding === 0) return { before: 0, pad: 'valid' };
  const total = kernel - stride; // what 'same' adds if the stride divides the size
  if (padding === 'end' ? total === 1 : total === 2 * padding) return { before: 0, pad: 'same' };
  if (padding === 'end') throw new Error(`padding 'end' needs kernel 3 and stride 2, not ${kernel} and ${stride}`);
  return { before: padding, pad: 'valid' };
}

/** PyTorch's `ConvTranspose2d(in, out, 4, stride=2, padding=1)`: [N, H, W, in] to [N, 2H, 2W, out]. */
export function convTranspose2d(declare: Declare, inputs: number, outputs: number): Layer {
  const init = fanIn(outputs * 16); // PyTorch counts the second axis
  const weight = declare('weight', [inputs, outputs, 4, 4], init);
  const bias = declare('bias', [outputs], init);
  return (pass, x) => {
    const filter = tf.transpose(use<tf.Tensor4D>(pass, weight), [2, 3, 1, 0]); // [kh, kw, out, in]
    return tf.add(doubled(x, filter, outputs), use(pass, bias));
  };
}

const doubled = (x: tf.Tensor4D, filter: tf.Tensor4D, outputs: number): tf.Tensor4D => {
  const [n, h, w] = x.shape;
  return tf.conv2dTranspose(x, filter, [n, 2 * h, 2 * w, outputs], 2, 'same');
};

/**
 * Nearest-neighbour doubling, then PyTorch's `Conv2d(in, out, 3, padding=1)`, as one transposed convolution.
 *
 * Several of an output pixel's nine taps fall on the same input pixel. Summing their weights beforehand leaves four
 * taps, 4/9 of the multiplications, and no enlarged input. Along one axis the four-tap filter is
 * (w2, w1 + w2, w0 + w1, w0).
 */
export function upsampleConv2d(declare: Declare, inputs: number, outputs: number): Layer {
  const { apply, bias } = upsampleConvParts(declare, inputs, outputs);
  return (pass, x) => tf.add(apply(pass, x), bias(pass));
}

/** The same for a caller who adds the bias: the layer without it, and the bias [out]. */
export function upsampleConvParts(declare: Declare, inputs: number, outputs: number) {
  const init = fanIn(inputs * 9);
  const weight = declare('weight', [outputs, inputs, 3, 3], init);
  const bias = declare('bias', [outputs], init);
  const apply: Layer = (pass, x) => {
    const taps = tf.reshape(use(pass, weight), [outputs * inputs, 9]);
    const summed = tf.matMul(taps, tf.tensor2d(NEAREST_TAPS, [9, 16])); // [out * in, 16]
    const filter = tf.transpose(tf.reshape(summed, [outputs, inputs, 4, 4]), [2, 3, 0, 1]); // [4, 4, out, in]
    return doubled(x, filter as tf.Tensor4D, outputs);
  };
  return { apply, bias: (pass: Pass) => use<tf.Tensor1D>(pass, bias) };
}

/** Every pixel four times: [N, H, W, C] to [N, 2H, 2W, C]. */
export function nearestDouble(x: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const column = tf.expandDims(x, 3); // [N, H, W, 1, C]
  const wide: tf.Tensor4D = tf.reshape(tf.concat([column, column], 3), [n, h, 2 * w, c]);
  return tf.reshape(tf.concat([wide, wide], 2), [n, 2 * h, 2 * w, c]); // each row, and itself once more
}

/** The mean of every 2 x 2 pixels: [N, H, W, C] to [N, H/2, W/2, C]. */
export const meanHalve = (x: tf.Tensor4D): tf.Tensor4D => tf.avgPool(x, 2, 2, 'valid');

/** [9, 16]: which of the 3 x 3 weights are summed in each of the 4 x 4. */
const NEAREST_TAPS = ((): Float32Array => {
  const axis = [[2], [1, 2], [0, 1], [0]];
  const matrix = new Float32Array(9 * 16);
  axis.forEach((rows, a) => {
    axis.forEach((columns, b) => {
      for (const p of rows) for (const q of columns) matrix[(3 * p + q) * 16 + 4 * a + b] = 1;
    });
  });
  return matrix;
})();

/** PyTorch's `Linear`: [rows, in] to [rows, out]. */
export function linear(declare: Declare, inputs: number, outputs: number) {
  const weight = declare('weight', [outputs, inputs], fanIn(inputs));
  const bias = declare('bias', [outputs], fanIn(inputs));
  return (pass: Pass, x: tf.Tensor2D): tf.Tensor2D =>
    tf.add(tf.matMul(x, use<tf.Tensor2D>(pass, weight), false, true), use(pass, bias));
}

/** PyTorch's `Linear` on every pixel, [N, H, W, in] to [N, H, W, out], as a 1 x 1 convolution to keep the layout. */
export function pixelwiseLinear(declare: Declare, inputs: number, outputs: number): Layer {
  const weight = declare('weight', [outputs, inputs], fanIn(inputs));
  const bias = declare('bias', [outputs], fanIn(inputs));
  return (pass, x) => {
    const filter = tf.reshape(tf.transpose(use<tf.Tensor2D>(pass, weight)), [1, 1, inputs, outputs]);
    return tf.add(tf.conv2d(x, filter as tf.Tensor4D, 1, 'valid'), use(pass, bias));
  };
}

/** PyTorch's `Embedding`: labels [N], int32, to their rows [N, width]. */
export function embedding(declare: Declare, count: number, width: number, deviation = 1) {
  const weight = declare('weight', [count, width], { kind: 'normal', deviation });
  return (pass: Pass, labels: tf.Tensor1D): tf.Tensor2D => tf.gather(use<tf.Tensor2D>(pass, weight), labels);
}
