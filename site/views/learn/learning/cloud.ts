/** Trains the tiny network on points, asks it for its guess, and samples with it. The graphs run in the page's worker. */

import type { GraphTensor, GraphTensors } from '@onnoise/runtime-web';
import { gaussian, randomInts } from '@onnoise/scheduler';
import { ADAM, BATCH, type Chain, FEATURES, featuresOf, SIZE, toldOf, USUAL_CHAIN, untrained, WIDTH } from './setup.ts';

const RATE = 3e-3;
/** Streams of the seed. */
const [WEIGHTS, CHOICE, TIME, NOISE, START] = [10, 11, 12, 13, 14] as const;

/** A graph by its name, on the page's worker or anywhere. */
export type RunGraph = (name: 'cloud-step' | 'cloud-guess', feeds: GraphTensors) => Promise<GraphTensors>;

const tensor = (data: Float32Array, ...dims: number[]): GraphTensor => ({
  type: 'float32',
  data: Float32Array.from(data),
  dims,
});

export interface Cloud {
  weights: Float32Array;
  moment1: Float32Array;
  moment2: Float32Array;
  /** Steps done. */
  steps: number;
  seed: number;
}

/** @param width of its hidden layers, at most WIDTH */
export function newCloud(seed: number, width = WIDTH): Cloud {
  const normals = new Float32Array(SIZE);
  gaussian(seed, 0, normals, WEIGHTS);
  const zeros = () => new Float32Array(SIZE);
  return { weights: untrained(normals, width), moment1: zeros(), moment2: zeros(), steps: 0, seed };
}

/** What one round of algorithm 1 draws; [BATCH] or [BATCH, 2]. */
export interface Batch {
  x0: Float32Array;
  times: Int32Array;
  epsilon: Float32Array;
  /** x_t */
  noisy: Float32Array;
}

/** Lines 2 to 4. @param points [N, 2] */
export function drawBatch(points: Float32Array, seed: number, step: number, chain: Chain = USUAL_CHAIN): Batch {
  const chosen = new Int32Array(BATCH);
  randomInts(seed, CHOICE, step * BATCH, points.length / 2, chosen);
  const times = new Int32Array(BATCH);
  randomInts(seed, TIME, step * BATCH, chain.T, times);
  const epsilon = new Float32Array(2 * BATCH);
  gaussian(seed, step * epsilon.length, epsilon, NOISE);
  const x0 = Float32Array.from(epsilon, (_, i) => points[2 * chosen[i >> 1]! + (i & 1)]!);
  return { x0, times, epsilon, noisy: x0.map((value, i) => noisedAt(chain, times[i >> 1]!, value, epsilon[i]!)) };
}

function noisedAt({ schedule }: Chain, t: number, x0: number, epsilon: number): number {
  const alphaBar = schedule.alphaBar[t]!;
  return Math.sqrt(alphaBar) * x0 + Math.sqrt(1 - alphaBar) * epsilon;
}

/** Line 5: a step of gradient descent with Adam. */
export async function learn(
  run: RunGraph,
  cloud: Cloud,
  { noisy, times, epsilon }: Batch,
  { rate = RATE, chain = USUAL_CHAIN }: { rate?: number; chain?: Chain } = {},
): Promise<{ cloud: Cloud; loss: number }> {
  const told = Float64Array.from(times, (t) => toldOf(chain, t));
  const steps = cloud.steps + 1;
  const corrected = (rate * Math.sqrt(1 - ADAM.beta2 ** steps)) / (1 - ADAM.beta1 ** steps);
  const out = await run('cloud-step', {
    weights: tensor(cloud.weights, SIZE),
    moment1: tensor(cloud.moment1, SIZE),
    moment2: tensor(cloud.moment2, SIZE),
    features: tensor(featuresOf(noisy, told), BATCH, FEATURES),
    epsilon: tensor(epsilon, BATCH, 2),
    rate: tensor(Float32Array.of(corrected), 1),
  });
  const of = (name: string) => out[name]!.data as Float32Array;
  const [weights, moment1, moment2] = [of('next_weights'), of('next_moment1'), of('next_moment2')];
  return { cloud: { ...cloud, weights, moment1, moment2, steps }, loss: of('loss')[0]! };
}

/** What the network says of points at one t: their noise, in this chapter. @param points [BATCH, 2] */
export async function guess(run: RunGraph, { weights }: Cloud, points: Float32Array, t: number): Promise<Float32Array> {
  const features = tensor(featuresOf(points, new Float64Array(BATCH).fill(t)), BATCH, FEATURES);
  const { noise } = await run('cloud-guess', { weights: tensor(weights, SIZE), features });
  return noise!.data as Float32Array;
}

/** Algorithm 2 for BATCH points, from pure noise; calls back after every step. */
export async function sample(
  run: RunGraph,
  cloud: Cloud,
  seed: number,
  onStep: (points: Float32Array, t: number) => Promise<boolean>,
  chain: Chain = USUAL_CHAIN,
): Promise<void> {
  const { T, schedule } = chain;
  let x = new Float32Array(2 * BATCH);
  gaussian(seed, 0, x, START);
  if (!(await onStep(x, T - 1))) return;
  const z = new Float32Array(x.length);
  for (let t = T - 1; t >= 0; t--) {
    const noise = await guess(run, cloud, x, toldOf(chain, t));
    const { alpha, alphaBar, beta } = schedule;
    const before = t === 0 ? 1 : alphaBar[t - 1]!;
    const sigma = Math.sqrt((beta[t]! * (1 - before)) / (1 - alphaBar[t]!));
    gaussian(seed, (T - t) * x.length, z, START);
    x = x.map((value, i) => {
      const mean = (value - (beta[t]! / Math.sqrt(1 - alphaBar[t]!)) * noise[i]!) / Math.sqrt(alpha[t]!);
      return mean + sigma * z[i]!;
    });
    if (!(await onStep(x, t))) return;
  }
}
