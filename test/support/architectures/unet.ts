/** U-Net (arXiv 1505.04597, figure 1) with padded convolutions: four levels down and up, with skip connections. */
import * as tf from '@tensorflow/tfjs';
import { on, type Symbolic } from './build.ts';

export interface UNetSizes {
  side: number;
  /** Channels of the first level: 64 in the paper. */
  width: number;
  channels: number;
}

export function uNet({ side, width, channels }: UNetSizes): tf.LayersModel {
  const input = tf.input({ shape: [side, side, channels], name: 'image' });
  const skips: Symbolic[] = [];
  let x = input;
  for (const [level, times] of [1, 2, 4, 8].entries()) {
    x = twice(x, width * times, `down${level}`);
    skips.push(x);
    x = on(tf.layers.maxPooling2d({ poolSize: 2, name: `down${level}.pool` }), x);
  }
  x = on(tf.layers.dropout({ rate: 0.5, seed: 7, name: 'middle.dropout' }), twice(x, width * 16, 'middle'));
  for (const [level, times] of [8, 4, 2, 1].entries()) {
    const up = { filters: width * times, kernelSize: 2, strides: 2, padding: 'same', name: `up${level}.conv` } as const;
    const joined = on(
      tf.layers.concatenate({ name: `up${level}.skip` }),
      skips.pop()!,
      on(tf.layers.conv2dTranspose(up), x),
    );
    x = twice(joined, width * times, `up${level}`);
  }
  const last = tf.layers.conv2d({ filters: 2, kernelSize: 1, activation: 'softmax', name: 'segmentation' });
  return tf.model({ inputs: input, outputs: on(last, x) });
}

function twice(input: Symbolic, filters: number, name: string): Symbolic {
  return [1, 2].reduce((x, i) => {
    const config = { filters, kernelSize: 3, padding: 'same', activation: 'relu', name: `${name}.conv${i}` } as const;
    return on(tf.layers.conv2d(config), x);
  }, input);
}
