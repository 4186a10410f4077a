/** What the live run is made of: schedule, data, and what can be changed, how the address says it, and what it breaks. */
import { gaussian, makeSchedule, parseSchedulerConfig, type Schedule, uniform } from '@onnoise/scheduler';
import { percent } from '../../forward/state/numbers.ts';

/**
 * The tiny network that learns points in the plane: three layers, told x_t and sines of t. The page and the script that
 * traces its training step share this file.
 */

/** Points of a batch, and of every call. */
export const BATCH = 256;
/** Timesteps. */
export const T = 100;
/** Frequencies of the time embedding. */
const FREQUENCIES = 4;
/** Two coordinates, a sine and a cosine for each frequency. */
export const FEATURES = 2 + 2 * FREQUENCIES;
/** Of a hidden layer. */
export const WIDTH = 64;

export const LAYERS: readonly { from: number; to: number }[] = [
  { from: FEATURES, to: WIDTH },
  { from: WIDTH, to: WIDTH },
  { from: WIDTH, to: 2 },
];

/** All weights and biases in one vector, layer by layer: weights [from, to], then biases. */
export const SIZE = LAYERS.reduce((sum, { from, to }) => sum + from * to + to, 0);

/** Adam's decays, and what keeps its divisions finite. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * What the network sees of points, [N, FEATURES].
 * @param points [N, 2]
 * @param times [N], 0 to T - 1
 */
export function featuresOf(points: Float32Array, times: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const out = new Float32Array(times.length * FEATURES);
  for (let n = 0; n < times.length; n++) {
    out.set(points.subarray(2 * n, 2 * n + 2), n * FEATURES);
    for (let i = 0; i < FREQUENCIES; i++) {
      const angle = (Math.PI / 2) * ((times[n]! + 1) / T) * 2 ** i;
      out[n * FEATURES + 2 + 2 * i] = Math.sin(angle);
      out[n * FEATURES + 3 + 2 * i] = Math.cos(angle);
    }
  }
  return out;
}

/**
 * Untrained weights from unit normals, [SIZE]: divided by the root of what flows in; no biases; a quiet last layer.
 * @param width the neurons of a hidden layer that are in use. The others keep weights of 0 for ever: SiLU(0) is 0, so no
 * gradient reaches them, and the network is one of that width.
 */
export function untrained(normals: Float32Array, width = WIDTH): Float32Array<ArrayBuffer> {
  const out = new Float32Array(SIZE);
  let at = 0;
  for (const [i, { from, to }] of LAYERS.entries()) {
    const last = i === LAYERS.length - 1;
    const [used, given] = [i === 0 ? from : width, last ? to : width];
    const scale = (last ? 0.1 : 1) / Math.sqrt(used);
    for (let row = 0; row < used; row++) {
      for (let column = 0; column < given; column++) {
        const k = at + row * to + column;
        out[k] = normals[k]! * scale;
      }
    }
    at += from * to + to;
  }
  return out;
}

/** Weights and biases of a network that is so wide. */
export const weightsOf = (width: number): number => (FEATURES + 1) * width + (width + 1) * width + 2 * (width + 1);

const SCHEDULES = ['cosine', 'linear', 'sigmoid'] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

export interface Chain {
  T: number;
  schedule: Schedule;
}

/** The betas of the linear one go from 0.0001 to 0.02, which Ho et al. (2020) chose for a thousand steps. */
export const chainOf = (name: ScheduleName, timesteps: number): Chain => ({
  T: timesteps,
  schedule: makeSchedule(
    parseSchedulerConfig({
      num_train_timesteps: timesteps,
      beta_schedule: name,
      beta_start: 0.0001,
      beta_end: 0.02,
    }),
  ),
});

export const USUAL_CHAIN = chainOf('cosine', T);

/** What the network is told at t: it knows times from 0 to its own T - 1, so the last t is told alike in every chain. */
export const toldOf = (chain: Pick<Chain, 'T'>, t: number): number => ((t + 1) * T) / chain.T - 1;

/** How much of the picture is left at the last t, where sampling begins with none of it. */
const leftAtTheEnd = ({ T, schedule }: Chain): number => Math.sqrt(schedule.alphaBar[T - 1]!);

const SHAPES = ['moons', 'ring', 'spiral'] as const;
export type Shape = (typeof SHAPES)[number];

/** How far points lie off their line. */
const THICK = 0.04;

/** On the line, for u in (0, 1). */
const LINES: Record<Shape, (u: number) => [x: number, y: number]> = {
  ring: (u) => [Math.cos(2 * Math.PI * u), Math.sin(2 * Math.PI * u)],
  moons: (u) => {
    const [upper, a] = [u < 0.5, Math.PI * ((2 * u) % 1)];
    return upper ? [Math.cos(a) - 0.5, Math.sin(a) - 0.25] : [0.5 - Math.cos(a), 0.25 - Math.sin(a)];
  },
  spiral: (u) => {
    const [radius, a] = [0.15 + 1.1 * Math.sqrt(u), 3.4 * Math.PI * Math.sqrt(u)];
    return [radius * Math.cos(a), radius * Math.sin(a)];
  },
};

/** [count, 2], mostly within -1.5 .. 1.5 */
export function pointsOf(shape: Shape, count: number, seed: number): Float32Array {
  const along = new Float64Array(count);
  uniform(seed, 1, 0, along);
  const off = new Float32Array(2 * count);
  gaussian(seed, 0, off, 2);
  return off.map((value, i) => LINES[shape](along[i >> 1]!)[i & 1]! + THICK * value);
}

/** The plane is shown from -REACH to REACH. */
export const REACH = 2;
const SIDE = Math.sqrt(BATCH);

/** [BATCH, 2] */
export const GRID = Float32Array.from({ length: 2 * BATCH }, (_, i) => {
  const place = i & 1 ? Math.floor((i >> 1) / SIDE) : (i >> 1) % SIDE;
  return ((place + 0.5) / SIDE) * 2 * REACH - REACH;
});

/** Adam's learning rates, from far too small to far too large. */
export const RATES: readonly number[] = [1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 10];
/** Neurons of each hidden layer. */
export const WIDTHS: readonly number[] = [1, 2, 4, 8, 16, 64];
export const TIMESTEPS: readonly number[] = [2, 5, 20, 100, 1000];

export interface Setup {
  data: Shape;
  rate: number;
  width: number;
  timesteps: number;
  schedule: ScheduleName;
}

export const STANDARD: Setup = { data: 'moons', rate: 3e-3, width: 64, timesteps: 100, schedule: 'cosine' };

/** Their names in the address, and what is possible. */
const CHOICES: { readonly [K in keyof Setup]: { name: string; choices: readonly Setup[K][] } } = {
  data: { name: 'data', choices: SHAPES },
  rate: { name: 'rate', choices: RATES },
  width: { name: 'width', choices: WIDTHS },
  timesteps: { name: 'T', choices: TIMESTEPS },
  schedule: { name: 'schedule', choices: SCHEDULES },
};
const KEYS = Object.keys(CHOICES) as (keyof Setup)[];

/** The settings in the address, with defaults for what is missing or not possible. */
export function readSetup(query: URLSearchParams): { settings: Setup; aside: string[] } {
  const aside: string[] = [];
  const read = <K extends keyof Setup>(key: K): Setup[K] => {
    const { name, choices } = CHOICES[key];
    const text = query.get(name);
    const found = choices.find((choice) => String(choice) === text || (text !== '' && choice === Number(text)));
    if (text !== null && found === undefined) aside.push(`${name}=${text.slice(0, 20)}`);
    return found ?? STANDARD[key];
  };
  const settings: Setup = {
    data: read('data'),
    rate: read('rate'),
    width: read('width'),
    timesteps: read('timesteps'),
    schedule: read('schedule'),
  };
  return { settings, aside };
}

export function formatSetup(setup: Setup): Record<string, string | number> {
  const changed = KEYS.filter((key) => setup[key] !== STANDARD[key]);
  return Object.fromEntries(changed.map((key) => [CHOICES[key].name, setup[key]]));
}

/** A network that says “no noise” has a loss of 1: what is far above that comes back in no useful time, if at all. */
const AWAY = 100;

export const hasRunAway = (loss: number): boolean => !(loss <= AWAY);

/** @param loss the last one, finite or not */
export function whyRunAway(loss: number, rate: number): string {
  const size = Number.isFinite(loss) ? `is ${Math.round(loss).toLocaleString('en')}` : 'is too large for a number';
  return `The loss ${size}, where saying “no noise” has 1: at a learning rate of ${rate} each correction overshoots, and the next one has more to correct.`;
}

/** From these on, a setting shows. */
const [LEFT, FEW, NARROW, SLOW, FAST] = [0.05, 5, 4, 1e-4, 0.1];

export function faultsOf({ rate, width, timesteps, schedule }: Setup): string[] {
  const left = leftAtTheEnd(chainOf(schedule, timesteps));
  const faults: string[] = [];
  if (left > LEFT) {
    faults.push(
      `At the last t, xₜ still holds ${percent(left)} of the picture. Sampling begins with none of it, where the network has never been: press Sample.`,
    );
  }
  if (timesteps <= FEW) {
    faults.push(
      `With ${timesteps} timesteps, sampling goes in ${timesteps} leaps. Each follows one guess, and a guess is a mean of many points: press Sample.`,
    );
  }
  if (width <= NARROW) {
    const neurons = width === 1 ? '1 neuron' : `${width} neurons`;
    faults.push(`${neurons} in a layer cannot bend the arrows as the data asks, however long it trains.`);
  }
  if (rate <= SLOW) faults.push('The corrections are so small that the loss hardly falls: this takes patience.');
  if (rate >= FAST) faults.push('The corrections are so large that they jump over the best weights: the loss shakes.');
  return faults;
}
