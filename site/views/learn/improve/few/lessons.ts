/**
 * What the networks of the plane learn from: a teacher from the data and noise drawn apart from it, a student from noise
 * and the point where its teacher takes this noise. That is one round of reflow.
 *
 * Source: Liu et al., "Flow Straight and Fast" (arXiv 2209.03003), algorithm 1.
 */
import { gaussian, randomInts } from '@onnoise/scheduler';
import { lrAt } from '@onnoise/scheduler/training';
import { type Cloud, descend, guess, type Learned, newCloud, type RunGraph } from '../../learning/cloud.ts';
import { BATCH, T } from '../../learning/cloud-network.ts';
import { type Example, exampleOf, flow, type Process, type Say, walk } from './process.ts';

/** Streams of the seed. */
const [CHOICE, TIME, NOISE] = [21, 22, 23] as const;

/** The network's sines are of 0 to T - 1; a process tells it 0 to its own T. */
const toldOf = ({ schedule }: Process, told: number) => (told * T) / schedule.T;

/** The network of a cloud, as the sampler asks it. */
export const sayOf =
  (run: RunGraph, process: Process, cloud: Cloud): Say =>
  (points, told) =>
    guess(run, cloud, points, toldOf(process, told));

/** [BATCH, 2]: batch `index` of unit noise. */
export function noiseOf(seed: number, index: number): Float32Array<ArrayBuffer> {
  const noise = new Float32Array(2 * BATCH);
  gaussian(seed, index * noise.length, noise, NOISE);
  return noise;
}

/** Points, and with each the noise it is learnt with; none: noise is drawn apart. [N, 2] */
export interface Pairs {
  points: Float32Array;
  noise?: Float32Array;
}

/** BATCH of `count` points by chance, [BATCH, 2]: the same numbers for the same seed and step. */
export function picker(count: number, seed: number, step: number): (of: Float32Array) => Float32Array {
  const chosen = new Int32Array(BATCH);
  randomInts(seed, CHOICE, step * BATCH, count, chosen);
  return (of) => Float32Array.from({ length: 2 * BATCH }, (_, i) => of[2 * chosen[i >> 1]! + (i & 1)]!);
}

/** Of one round. */
export function drawExample(process: Process, { points, noise }: Pairs, seed: number, step: number): Example {
  const pick = picker(points.length / 2, seed, step);
  const timesteps = new Int32Array(BATCH);
  randomInts(seed, TIME, step * BATCH, process.schedule.T, timesteps);
  return exampleOf(process, pick(points), noise ? pick(noise) : noiseOf(seed, step), timesteps);
}

/** One round of `rounds`. */
export function lesson(
  run: RunGraph,
  process: Process,
  cloud: Cloud,
  pairs: Pairs,
  { lr, rounds }: { lr: number; rounds: number },
): Promise<Learned> {
  const { noisy, told, target } = drawExample(process, pairs, cloud.seed, cloud.steps);
  const rate = lrAt({ lr, lrSchedule: 'linear', warmupSteps: 0 }, cloud.steps, cloud.steps / rounds);
  const times = told.map((time) => toldOf(process, time));
  return descend(run, cloud, { noisy, times, target, rate });
}

/** A student that begins with its teacher's weights. */
export const studentOf = (teacher: Cloud, seed: number): Cloud => ({ ...newCloud(seed), weights: teacher.weights });

/** Noise, and where its teacher takes it. @param noise [N, 2] */
export async function pairsOfTeacher(say: Say, noise: Float32Array, steps: number): Promise<Required<Pairs>> {
  const places = await walk(say, flow, noise, steps);
  return { noise, points: places.at(-1)! };
}

/** All of them, one after the other. */
export function joined(all: readonly Required<Pairs>[]): Required<Pairs> {
  const join = (parts: readonly Float32Array[]) => {
    const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  };
  return { points: join(all.map(({ points }) => points)), noise: join(all.map(({ noise }) => noise)) };
}
