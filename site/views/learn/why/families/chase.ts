/**
 * A generative adversarial network of the eight clusters, Goodfellow et al. 2014: a generator makes points of noise, and a
 * critic tells them from data. Each learns from the other; the generator by the loss that does not saturate.
 */
import { randomInts } from '@onnoise/scheduler';
import { CENTRES, KINDS, normals, WIDTH } from './eight.ts';
import { backward, createNet, descend, forward, type Net } from './small-net.ts';

const HIDDEN = 20;
const BATCH = 32;
/** Learning rates, and corrections of the generator for each of the critic. */
const RATES = { critic: 1e-2, generator: 4e-3 };
const TURNS = 2;
/** Streams of the seed. */
const [NOISE, DATA, KIND] = [1, 2, 3];

export interface Chase {
  generator: Net;
  critic: Net;
  seed: number;
  rounds: number;
}

export const newChase = (seed: number): Chase => ({
  generator: createNet(seed, [2, HIDDEN, HIDDEN, 2]),
  critic: createNet(seed + 1, [2, HIDDEN, HIDDEN, 1]),
  seed,
  rounds: 0,
});

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

/** One correction of the critic, then two of the generator. In place. */
export function playRound(chase: Chase): void {
  const { generator, critic, seed } = chase;
  const key = seed * 1_000_003 + chase.rounds;
  const kinds = new Int32Array(BATCH);
  randomInts(key, KIND, 0, KINDS, kinds);
  const real = normals(key, 2 * BATCH, DATA).map((value, i) => CENTRES[2 * kinds[i >> 1]! + (i & 1)]! + WIDTH * value);
  const noise = normals(key, 2 * BATCH * (1 + TURNS), NOISE);
  const made = forward(generator, noise.subarray(0, 2 * BATCH)).at(-1)!;

  const gradient = new Float64Array(critic.values.length);
  for (const [points, truth] of [
    [real, 1],
    [made, 0],
  ] as const) {
    const all = forward(critic, points);
    backward(
      critic,
      all,
      all.at(-1)!.map((value) => (sigmoid(value) - truth) / BATCH),
      gradient,
    );
  }
  descend(critic, gradient, RATES.critic);

  for (let turn = 1; turn <= TURNS; turn++) {
    const own = forward(generator, noise.subarray(2 * BATCH * turn, 2 * BATCH * (turn + 1)));
    const judged = forward(critic, own.at(-1)!);
    const pull = backward(
      critic,
      judged,
      judged.at(-1)!.map((value) => (sigmoid(value) - 1) / BATCH),
    );
    const into = new Float64Array(generator.values.length);
    backward(generator, own, pull, into);
    descend(generator, into, RATES.generator);
  }
  chase.rounds++;
}

/** Points of the generator. @param noise [N, 2] */
export const made = ({ generator }: Chase, noise: Float64Array): Float64Array => forward(generator, noise).at(-1)!;

/** How sure the critic is that points are data, 0 to 1. @param points [N, 2] */
export const believed = ({ critic }: Chase, points: Float64Array): Float64Array =>
  forward(critic, points).at(-1)!.map(sigmoid);
