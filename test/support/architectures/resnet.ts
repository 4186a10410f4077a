/** ResNet-18 (arXiv 1512.03385, table 1): blocks of two 3x3 convolutions, projections (option B) where shapes change. */
import * as tf from '@tensorflow/tfjs';
import { on, type Symbolic } from './build.ts';

export interface ResNetSizes {
  side: number;
  /** Channels of the first stage: 64 in the paper. */
  width: number;
  classes: number;
}

export function resNet18({ side, width, classes }: ResNetSizes): tf.LayersModel {
  const input = tf.input({ shape: [side, side, 3], name: 'image' });
  let x = relu(normal(convolution(input, width, 7, 2, 'conv1'), 'bn1'), 'relu1');
  x = on(tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same', name: 'pool1' }), x);
  for (const [stage, times] of [1, 2, 4, 8].entries()) {
    for (const block of [0, 1]) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      x = basic(x, width * times, strides, `stage${stage + 1}.${block}`);
    }
  }
  x = on(tf.layers.globalAveragePooling2d({ name: 'pool' }), x);
  return tf.model({
    inputs: input,
    outputs: on(tf.layers.dense({ units: classes, activation: 'softmax', name: 'fc' }), x),
  });
}

function basic(input: Symbolic, channels: number, strides: number, name: string): Symbolic {
  let x = relu(normal(convolution(input, channels, 3, strides, `${name}.conv1`), `${name}.bn1`), `${name}.relu1`);
  x = normal(convolution(x, channels, 3, 1, `${name}.conv2`), `${name}.bn2`);
  const same = strides === 1 && input.shape.at(-1) === channels;
  const shortcut = same ? input : normal(convolution(input, channels, 1, strides, `${name}.down`), `${name}.down_bn`);
  return relu(on(tf.layers.add({ name: `${name}.add` }), x, shortcut), `${name}.relu2`);
}

const convolution = (x: Symbolic, filters: number, kernelSize: number, strides: number, name: string) =>
  on(tf.layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false, name }), x);
const normal = (x: Symbolic, name: string) =>
  on(tf.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5, name }), x);
const relu = (x: Symbolic, name: string) => on(tf.layers.activation({ activation: 'relu', name }), x);
