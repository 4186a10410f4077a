/**
 * ONNX's operators of usual convolutional networks in tfjs operators, which have gradients and can be traced. Each takes the values of a
 * node's inputs and gives that of its first output.
 *
 * Source: https://onnx.ai/onnx/operators; opsets 7 to 21.
 */
import * as tf from '@tensorflow/tfjs';
import {
  cast,
  combined,
  concat,
  constantOfShape,
  flatten,
  gather,
  reshape,
  shape,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from './shapes.ts';
import {
  asTensor,
  type Call,
  constantAt,
  float,
  floatsOf,
  given,
  imageAt,
  integer,
  integers,
  isTensor,
  Refused,
  tensorAt,
  text,
  type Value,
} from './values.ts';
import { averagePool, conv, maxPool } from './windows.ts';

export type Operator = (call: Call) => Value;

const unary =
  (compute: (x: tf.Tensor) => tf.Tensor): Operator =>
  (call) =>
    compute(tensorAt(call, 0));

/** @param whole the same of whole numbers: sides of shapes, which are worked out at once */
const binary =
  (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, whole?: (a: number, b: number) => number): Operator =>
  (call) =>
    (whole && combined(call, whole)) ?? compute(tensorAt(call, 0), tensorAt(call, 1));

/** The value itself: of a constant, too. */
const same: Operator = (call) => given(call, 0);

export const OPERATORS: Readonly<Record<string, Operator>> = {
  Conv: conv,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: (call) => tf.mean(imageAt(call, 0), [2, 3], true),
  BatchNormalization: batchNormalization,

  Relu: unary(tf.relu),
  LeakyRelu: (call) => tf.leakyRelu(tensorAt(call, 0), float(call, 'alpha', 0.01)),
  PRelu: binary(tf.prelu),
  Sigmoid: unary(tf.sigmoid),
  Tanh: unary(tf.tanh),
  HardSigmoid: (call) => {
    const scaled = tf.mul(tensorAt(call, 0), float(call, 'alpha', 0.2));
    return tf.clipByValue(tf.add(scaled, float(call, 'beta', 0.5)), 0, 1);
  },
  HardSwish: unary((x) => tf.mul(x, tf.clipByValue(tf.add(tf.mul(x, 1 / 6), 0.5), 0, 1))),
  Clip: clip,
  Softmax: softmax,

  Add: binary(tf.add, (a, b) => a + b),
  Sub: binary(tf.sub, (a, b) => a - b),
  Mul: binary(tf.mul, (a, b) => a * b),
  Div: binary(tf.div, (a, b) => a / b),
  Sqrt: unary(tf.sqrt),
  Neg: unary(tf.neg),
  MatMul: binary((a, b) => tf.matMul(a, b)),
  Gemm: gemm,
  ReduceMean: reduceMean,

  Constant: ({ attributes: { value } }) => {
    if (value && 'tensor' in value) return value.tensor;
    throw new Refused('Constant of another kind than a tensor');
  },
  Identity: same,
  Dropout: (call) => {
    const training = call.inputs[2];
    if (training !== undefined && (isTensor(training) || Number(training.data[0]) !== 0)) {
      throw new Refused('Dropout in training: export it for inference');
    }
    return same(call);
  },
  Pad: pad,

  Cast: cast,
  Concat: concat,
  ConstantOfShape: constantOfShape,
  Flatten: flatten,
  Gather: gather,
  Reshape: reshape,
  Shape: shape,
  Slice: slice,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};

/** Of inference: a scale and a shift of each channel. */
function batchNormalization(call: Call): tf.Tensor {
  if (integer(call, 'training_mode', 0) !== 0)
    throw new Refused('BatchNormalization in training: export it for inference');
  const x = tensorAt(call, 0);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((index) => floatsOf(constantAt(call, index)));
  const epsilon = float(call, 'epsilon', 1e-5);
  const factor = scale!.map((value, c) => value / Math.sqrt(variance![c]! + epsilon));
  const shift = bias!.map((value, c) => value - mean![c]! * factor[c]!);
  const sides = [1, factor.length, ...Array.from({ length: x.rank - 2 }, () => 1)];
  return tf.add(tf.mul(x, tf.tensor(factor, sides)), tf.tensor(shift, sides));
}

/** The ends are attributes until opset 10, then inputs. */
function clip(call: Call): tf.Tensor {
  const end = (name: string, index: number, none: number) =>
    call.inputs[index] === undefined ? float(call, name, none) : floatsOf(constantAt(call, index))[0]!;
  return tf.clipByValue(tensorAt(call, 0), end('min', 1, -3.4e38), end('max', 2, 3.4e38));
}

function softmax(call: Call): tf.Tensor {
  const x = tensorAt(call, 0);
  const axis = integer(call, 'axis', call.opset < 13 ? 1 : -1);
  if ((axis + x.rank) % x.rank !== x.rank - 1) throw new Refused('Softmax over another axis than the last');
  return tf.softmax(x);
}

function gemm(call: Call): tf.Tensor {
  const [a, b] = [tensorAt(call, 0) as tf.Tensor2D, tensorAt(call, 1) as tf.Tensor2D];
  const turned = (name: string) => integer(call, name, 0) === 1;
  const [alpha, beta] = [float(call, 'alpha', 1), float(call, 'beta', 1)];
  const product = tf.matMul(a, b, turned('transA'), turned('transB'));
  const scaled = alpha === 1 ? product : tf.mul(product, alpha);
  const bias = call.inputs[2];
  if (bias === undefined) return scaled;
  return tf.add(scaled, beta === 1 ? asTensor(bias) : tf.mul(asTensor(bias), beta));
}

function reduceMean(call: Call): tf.Tensor {
  const axes = integers(call, 'axes', 1);
  return tf.mean(tensorAt(call, 0), axes, integer(call, 'keepdims', 1) === 1);
}

/** Of zeros or another number: pads are attributes until opset 10, then inputs. */
function pad(call: Call): tf.Tensor {
  const mode = text(call, 'mode', 'constant');
  if (mode !== 'constant') throw new Refused(`Pad of the mode ${mode}`);
  const x = tensorAt(call, 0);
  const pads = integers(call, 'pads', 1) ?? [];
  if (call.inputs[3] !== undefined || pads.length !== 2 * x.rank || pads.some((side) => side < 0)) {
    throw new Refused('Pad of some axes alone, or that cuts');
  }
  const value = call.inputs[2] === undefined ? float(call, 'value', 0) : floatsOf(constantAt(call, 2))[0]!;
  const sides = Array.from({ length: x.rank }, (_, axis): [number, number] => [pads[axis]!, pads[axis + x.rank]!]);
  return tf.pad(x, sides, value);
}
