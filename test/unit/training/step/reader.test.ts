import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initParameters } from '#training/model/parameters.ts';
import { apartOf } from '#training/step/apart.ts';
import { createReader } from '#training/step/reader.ts';

/** The classes are checked against PyTorch in test/golden/train. */
describe('createReader', () => {
  beforeAll(() => tf.setBackend('cpu'));
  afterAll(() => tf.disposeVariables());

  const age = [{ name: 'age', min: 0, max: 1, mean: 0, std: 1 }];
  const maps = () => [tf.randomNormal([3, 4, 4, 8], 0, 1, 'float32', 1) as tf.Tensor4D];

  it('counts how far numbers are off, and nothing for those that were not asked', () => {
    const reader = createReader({ featureWidths: [8], classCount: null, nullCondition: true, conditions: age });
    const values = initParameters(reader, 1);
    const weights = Object.fromEntries(
      reader.parameters.map(({ name, shape }) => [name, tf.tensor(values.get(name)!, shape)]),
    );
    // Whatever is seen, the answer is 0.5.
    weights['heads.0.out.weight'] = tf.zerosLike(weights['heads.0.out.weight']!);
    weights['heads.0.out.bias'] = tf.tensor1d([0.5]);
    const asked = (told: number[]) => ({
      conditions: tf.tensor2d([0.5, 2.5, -1, ...told], [2, 3]).transpose() as tf.Tensor2D,
    });
    const off = (error: number) => Math.sqrt(error ** 2 + 0.01) - 0.1;
    const all = reader.misread(weights, maps(), asked([1, 1, 1])).arraySync();
    [0, off(2), off(1.5)].forEach((error, i) => {
      expect(all[i]).toBeCloseTo(error, 5);
    });
    const some = reader.misread(weights, maps(), asked([1, 0, 1])).arraySync();
    expect(some).toEqual([all[0], 0, all[2]]);
  });

  it('has no heads where nothing can be read, or where the network was never told nothing', () => {
    const kinds = [
      { classCount: null, nullCondition: true, conditions: [] },
      { classCount: 2, nullCondition: false, conditions: age },
    ];
    for (const kind of kinds) {
      expect(createReader({ featureWidths: [8], ...kind }).parameters).toEqual([]);
      // As a model of masks alone: a step has nothing to update, where it had failed for want of any tensor.
      expect(apartOf({ adversarial: 0, conditional: 1 }, { featureWidths: [8], ...kind })).toEqual([]);
    }
  });
});
