/** Muon against torch.optim.Muon: `scripts/golden/muon.py`. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { muonMomentum, muonUpdates } from '#training/optimizer/muon.ts';

interface Golden {
  lr: number;
  weightDecay: number;
  shapes: [number, number][];
  start: number[][];
  gradients: number[][][];
  end: number[][];
  momentum: number[][];
}

const golden: Golden = JSON.parse(readFileSync(new URL('../data/train/muon.json', import.meta.url), 'utf8'));

describe('Muon', () => {
  it("has torch.optim.Muon's numbers after six steps", async () => {
    await tf.setBackend('cpu');
    const { lr, weightDecay, shapes } = golden;
    let weights = golden.start.map((values, i) => tf.tensor(values, shapes[i]));
    let momenta = shapes.map((shape) => tf.zeros(shape));
    for (const step of golden.gradients) {
      const moved = step.map((values, i) => muonMomentum(momenta[i]!, tf.tensor(values, shapes[i]), undefined));
      momenta = moved.map(({ m }) => m);
      const stacks = moved.map(({ direction }) => tf.expandDims(direction) as tf.Tensor3D);
      const updates = muonUpdates(stacks, tf.scalar(lr));
      weights = weights.map((w, i) => tf.sub(tf.mul(w, 1 - lr * weightDecay), tf.squeeze(updates[i]!, [0])));
    }
    for (const [i, expected] of golden.end.entries()) {
      expectClose(momenta[i]!.dataSync(), golden.momentum[i]!, { absolute: 1e-5, what: `momentum ${i}` });
      expectClose(weights[i]!.dataSync(), expected, { absolute: 2e-5, what: `matrix ${i}` });
      const moved = Math.max(...expected.map((value, j) => Math.abs(value - golden.start[i]![j]!)));
      expect(moved).toBeGreaterThan(0.02); // so that the tolerance says something
    }
  });
});
