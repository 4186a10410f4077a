import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { drawBatch, guess, learn, newCloud, type RunGraph, sample } from '#site/views/learn/learning/cloud.ts';
import { GRID } from '#site/views/learn/learning/grid.ts';
import { pointsOf, SHAPES } from '#site/views/learn/learning/shapes.ts';
import { expectClose } from '#test/compare.ts';
import { encodeModel, trace } from '#tracer/index.ts';
import { cloudGuess, cloudStep, GUESS_INPUTS, STEP_INPUTS } from '../../../../scripts/learn/cloud.ts';
import { CLOUD_FOLDER, runInNode as run } from './cloud-graphs.ts';

/** The same functions, computed by tfjs. */
const eager: RunGraph = async (name, feeds) => {
  const given = Object.entries(feeds).map(([input, { data, dims }]) => [
    input,
    tf.tensor(data as Float32Array, [...dims]),
  ]);
  const out = (name === 'cloud-step' ? cloudStep : cloudGuess)(Object.fromEntries(given));
  return Object.fromEntries(
    Object.entries(out).map(([output, value]) => [
      output,
      { type: 'float32', data: Float32Array.from(value.dataSync()), dims: value.shape },
    ]),
  );
};

describe('the graphs of the page', () => {
  test('are those that the script traces', async () => {
    for (const [name, fn, inputs, title] of [
      ['cloud-guess', cloudGuess, GUESS_INPUTS, 'cloud_guess'],
      ['cloud-step', cloudStep, STEP_INPUTS, 'cloud_step'],
    ] as const) {
      const bytes = await readFile(join(CLOUD_FOLDER, `${name}.onnx`));
      expect(Buffer.from(encodeModel(trace(fn, inputs, { name: title }))).equals(bytes), name).toBe(true);
    }
  });

  test('learn as tfjs does, over ten rounds', async () => {
    const points = pointsOf('moons', 400, 7);
    let [ours, theirs] = [newCloud(3), newCloud(3)];
    for (let step = 0; step < 10; step++) {
      const batch = drawBatch(points, 3, step);
      const [a, b] = [await learn(run, ours, batch), await learn(eager, theirs, batch)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5);
      [ours, theirs] = [a.cloud, b.cloud];
    }
    expectClose(ours.weights, theirs.weights, { absolute: 1e-4 });
    expectClose(await guess(run, ours, GRID, 40), await guess(eager, ours, GRID, 40), { absolute: 1e-4 });
  });
});

describe.each(SHAPES)('the %s', (shape) => {
  test('is learned in 600 rounds: points that flow along the arrows end near it', { tags: 'long' }, async () => {
    const points = pointsOf(shape, 400, 7);
    let cloud = newCloud(1);
    const distance = async () => {
      let end: Float32Array = new Float32Array();
      await sample(run, cloud, 5, async (at) => {
        end = at;
        return true;
      });
      return meanDistance(end, points);
    };
    const before = await distance();
    const losses: number[] = [];
    for (let step = 0; step < 600; step++) {
      const after = await learn(run, cloud, drawBatch(points, 1, step));
      cloud = after.cloud;
      losses.push(after.loss);
    }
    expect(await distance()).toBeLessThan(before / 4);
    expect(losses.slice(-50).reduce((a, b) => a + b, 0) / 50).toBeLessThan(losses[0]! / 2);
  });
});

/** Of each point to the nearest one of the data. */
function meanDistance(points: Float32Array, data: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < points.length; i += 2) {
    let nearest = Infinity;
    for (let k = 0; k < data.length; k += 2) {
      nearest = Math.min(nearest, Math.hypot(points[i]! - data[k]!, points[i + 1]! - data[k + 1]!));
    }
    sum += nearest;
  }
  return sum / (points.length / 2);
}
