/** MobileNet v2 (arXiv 1801.04381, table 2), as keras.applications has it. */
import * as tf from '@tensorflow/tfjs';
import { on, type Symbolic } from './build.ts';

export interface Sizes {
  /** Height and width of the pictures. */
  side: number;
  /** Multiplies the channels: the paper's alpha. */
  alpha: number;
  classes: number;
  /** SiLU in place of ReLU6, for a network without corners. */
  smooth?: boolean;
}

const relu6 = (x: Symbolic, name: string) => on(tf.layers.reLU({ maxValue: 6, name }), x);

const silu = (x: Symbolic, name: string) => on(tf.layers.activation({ activation: 'swish', name }), x);

const normal = (x: Symbolic, name: string) =>
  on(tf.layers.batchNormalization({ name, momentum: 0.99, epsilon: 1e-3 }), x);

const convolution = (x: Symbolic, filters: number, kernelSize: number, strides: number, name: string) =>
  on(tf.layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false, name }), x);

const depthwise = (x: Symbolic, strides: number, name: string) =>
  on(tf.layers.depthwiseConv2d({ kernelSize: 3, strides, padding: 'same', useBias: false, name }), x);

/** Expansion, channels, repeats and the first stride of the bottlenecks. */
const V2 = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** The nearest multiple of 8 that is no more than a tenth below. */
function divisible(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

export function mobileNetV2({ side, alpha, classes, smooth }: Sizes): tf.LayersModel {
  const active = smooth ? silu : relu6;
  const input = tf.input({ shape: [side, side, 3], name: 'input_1' });
  let x = active(normal(convolution(input, divisible(32 * alpha), 3, 2, 'Conv1'), 'bn_Conv1'), 'Conv1_relu');
  let block = 0;
  for (const [expansion, wide, repeats, first] of V2) {
    for (let i = 0; i < repeats; i++) {
      x = bottleneck(x, expansion, divisible(wide * alpha), i === 0 ? first : 1, `block_${block++}_`, active);
    }
  }
  x = active(
    normal(convolution(x, alpha > 1 ? divisible(1280 * alpha) : 1280, 1, 1, 'Conv_1'), 'Conv_1_bn'),
    'out_relu',
  );
  x = on(tf.layers.globalAveragePooling2d({ name: 'global_average_pooling2d' }), x);
  const output = on(tf.layers.dense({ units: classes, activation: 'softmax', name: 'predictions' }), x);
  return tf.model({ inputs: input, outputs: output });
}

function bottleneck(
  input: Symbolic,
  expansion: number,
  channels: number,
  strides: number,
  name: string,
  active: typeof relu6,
): Symbolic {
  const before = input.shape.at(-1)!;
  let x = input;
  if (expansion > 1) {
    x = convolution(x, expansion * before, 1, 1, `${name}expand`);
    x = active(normal(x, `${name}expand_BN`), `${name}expand_relu`);
  }
  x = active(normal(depthwise(x, strides, `${name}depthwise`), `${name}depthwise_BN`), `${name}depthwise_relu`);
  x = normal(convolution(x, channels, 1, 1, `${name}project`), `${name}project_BN`);
  return strides === 1 && before === channels ? on(tf.layers.add({ name: `${name}add` }), input, x) : x;
}
