import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { bundleParameters, join, separate } from '#training/optimizer/bundles.ts';

const parameters = [
  { name: 'bias', shape: [3] },
  { name: 'filter', shape: [64, 64, 3, 3] },
  { name: 'scale', shape: [2, 2] },
];

it('bundleParameters lays small parameters together and leaves large ones alone', () => {
  const names = bundleParameters(parameters).map(({ members }) => members.map(({ name }) => name));
  expect(names).toEqual([['bias', 'scale'], ['filter']]);
});

it('bundleParameters of large parameters alone has no empty bundle', () => {
  expect(bundleParameters([parameters[1]!])).toHaveLength(1);
});

it('separate gives back what join laid end to end', async () => {
  await tf.setBackend('cpu');
  const tensors = Object.fromEntries(parameters.map(({ name, shape }, i) => [name, tf.fill(shape, i + 1)]));
  for (const bundle of bundleParameters(parameters)) {
    const joined = join(bundle, (name) => tensors[name]!);
    for (const [name, tensor] of separate(bundle, joined)) {
      expect(tensor.shape).toEqual(tensors[name]!.shape);
      expect(tensor.arraySync()).toEqual(tensors[name]!.arraySync());
    }
  }
});
