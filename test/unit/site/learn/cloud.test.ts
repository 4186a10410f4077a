/** The lecture's tiny network: its graphs, on Node's onnxruntime as the page's worker runs them, its settings, and what breaks it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { drawBatch, guess, learn, newCloud, type RunGraph } from '#site/views/learn/learning/cloud.ts';
import { GRID, pointsOf, STANDARD, weightsOf } from '#site/views/learn/learning/setup.ts';
import { expectClose } from '#test/compare.ts';
import { encodeModel, trace } from '#tracer/index.ts';
import { cloudGuess, cloudStep, GUESS_INPUTS, STEP_INPUTS } from '../../../../scripts/learn/cloud.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', '..', 'site', 'public', 'learn');
const POINTS = pointsOf('moons', 400, 7);
const GRAPHS = [
  ['cloud-guess', cloudGuess, GUESS_INPUTS, 'cloud_guess'],
  ['cloud-step', cloudStep, STEP_INPUTS, 'cloud_step'],
] as const;

const floats = (data: ArrayLike<number>, dims: readonly number[]) => ({
  type: 'float32' as const,
  data: Float32Array.from(data),
  dims: [...dims],
});
const each = <A, B>(all: Readonly<Record<string, A>>, of: (value: A) => B) =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, of(value)]));

const sessions = Object.fromEntries(
  GRAPHS.map(([name]) => [name, InferenceSession.create(join(FOLDER, `${name}.onnx`))]),
);
const run: RunGraph = async (name, feeds) => {
  const given = each(feeds, ({ type, data, dims }) => new Tensor(type, data, dims));
  return each({ ...(await (await sessions[name]!).run(given)) }, ({ data, dims }) =>
    floats(data as Float32Array, dims),
  );
};
/** The same functions, computed by tfjs. */
const eager: RunGraph = async (name, feeds) => {
  const given = each(feeds, ({ data, dims }) => tf.tensor(data as Float32Array, [...dims]));
  const made = GRAPHS.find(([graph]) => graph === name)![1](given) as Record<string, tf.Tensor>;
  return each(made, (value) => floats(value.dataSync(), value.shape));
};

/** Trains, and returns the losses too. */
async function trained(rounds: number, { seed = 1, width = 64, rate = STANDARD.rate, by = run } = {}) {
  let cloud = newCloud(seed, width);
  const losses: number[] = [];
  for (let step = 0; step < rounds; step++) {
    const after = await learn(by, cloud, drawBatch(POINTS, seed, step), { rate });
    cloud = after.cloud;
    losses.push(after.loss);
  }
  return { cloud, losses };
}

describe('the graphs of the page', () => {
  test.each(GRAPHS)('%s is the one that the script traces', async (name, fn, inputs, title) => {
    const bytes = await readFile(join(FOLDER, `${name}.onnx`));
    expect(Buffer.from(encodeModel(trace(fn, inputs, { name: title }))).equals(bytes)).toBe(true);
  });

  test('learn as tfjs does, over ten rounds', async () => {
    const [ours, theirs] = [await trained(10, { seed: 3 }), await trained(10, { seed: 3, by: eager })];
    expectClose(ours.losses, theirs.losses, { absolute: 1e-5 });
    expectClose(ours.cloud.weights, theirs.cloud.weights, { absolute: 1e-4 });
    expectClose(await guess(run, ours.cloud, GRID, 40), await guess(eager, ours.cloud, GRID, 40), { absolute: 1e-4 });
  });

  test.each([1, 2, 8])('of a network of width %i keep exactly its own weights while it learns', async (width) => {
    const { cloud } = await trained(3, { width, rate: 0.1 });
    expect(cloud.weights.filter((weight) => weight !== 0)).toHaveLength(weightsOf(width));
  });
});
