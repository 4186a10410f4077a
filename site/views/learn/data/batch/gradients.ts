/**
 * The smallest network that guesses noise: it multiplies every pixel by `scale` and adds `shift`. Its loss is a parabola, and
 * four means of each noisy picture hold all that its gradient depends on, so thousands of batches take no time.
 */
import { gaussian, makeSchedule, parseSchedulerConfig, randomInts } from '@onnoise/scheduler';

/** Means over the pixels of one noisy picture x with the noise e. */
export interface Means {
  xx: number;
  x: number;
  xe: number;
  e: number;
}

/** scale, shift */
export type Weights = readonly [scale: number, shift: number];

export const COUNT = 512;
export const START: Weights = [-0.5, 0.9];
const RATE = 0.12;
export const STEPS = 60;

const SCHEDULE = makeSchedule(
  parseSchedulerConfig({
    num_train_timesteps: 1000,
    beta_schedule: 'squaredcos_cap_v2',
    beta_start: 0.0001,
    beta_end: 0.02,
    prediction_type: 'epsilon',
    clip_sample: true,
  }),
);
const SEED = 3;
/** Streams of the seed: pictures, times; the noise of picture n has n. */
const [PICTURES, TIMES] = [1_000_001, 1_000_002];

/** A noisy picture by its place, each with a picture, a time and a noise of its own. @param pictures each [size] in [-1, 1] */
export function noisyPictures(pictures: readonly Float32Array[], count = COUNT): (place: number) => Means {
  const [which, times] = [new Int32Array(count), new Int32Array(count)];
  randomInts(SEED, PICTURES, 0, pictures.length, which);
  randomInts(SEED, TIMES, 0, SCHEDULE.T, times);
  const noise = new Float32Array(pictures[0]!.length);
  return (n) => {
    gaussian(SEED, 0, noise, n);
    const alphaBar = SCHEDULE.alphaBar[times[n]!]!;
    return meansOf(pictures[which[n]!]!, noise, Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar));
  };
}

export function meansOf(x0: Float32Array, noise: Float32Array, keep: number, add: number): Means {
  const sums = { xx: 0, x: 0, xe: 0, e: 0 };
  for (let i = 0; i < x0.length; i++) {
    const e = noise[i]!;
    const x = keep * x0[i]! + add * e;
    sums.xx += x * x;
    sums.x += x;
    sums.xe += x * e;
    sums.e += e;
  }
  const size = x0.length;
  return { xx: sums.xx / size, x: sums.x / size, xe: sums.xe / size, e: sums.e / size };
}

/** Of pictures, each counted once. @param places of a batch; left out: all */
export function average(all: readonly Means[], places?: Int32Array): Means {
  const count = places?.length ?? all.length;
  const sums = { xx: 0, x: 0, xe: 0, e: 0 };
  for (let i = 0; i < count; i++) {
    const { xx, x, xe, e } = all[places ? places[i]! : i]!;
    sums.xx += xx;
    sums.x += x;
    sums.xe += xe;
    sums.e += e;
  }
  return { xx: sums.xx / count, x: sums.x / count, xe: sums.xe / count, e: sums.e / count };
}

/** Of the mean squared error of the noise. */
export const gradientOf = ({ xx, x, xe, e }: Means, [scale, shift]: Weights): Weights => [
  2 * (scale * xx + shift * x - xe),
  2 * (scale * x + shift - e),
];

/** Where the gradient is 0. */
export function bestOf({ xx, x, xe, e }: Means): Weights {
  const determinant = xx - x * x;
  return [(xe - x * e) / determinant, (xx * e - x * xe) / determinant];
}

/** A batch, drawn from all: its places. */
export function batchOf(count: number, size: number, seed: number, step: number): Int32Array {
  const places = new Int32Array(size);
  randomInts(seed, step, 0, count, places);
  return places;
}

/** The weights from START on, one correction a batch. */
export function walkOf(all: readonly Means[], size: number, seed: number): Weights[] {
  const path: Weights[] = [START];
  for (let step = 0; step < STEPS; step++) {
    const [scale, shift] = path[step]!;
    const batch = average(all, batchOf(all.length, size, seed, step));
    const [a, b] = gradientOf(batch, [scale, shift]);
    path.push([scale - RATE * a, shift - RATE * b]);
  }
  return path;
}

/** How far the gradients of batches of this size lie from the true one at START: the root of the mean square. */
export function scatterOf(all: readonly Means[], size: number, batches = 300): number {
  const [a, b] = gradientOf(average(all), START);
  let sum = 0;
  for (let n = 0; n < batches; n++) {
    const [x, y] = gradientOf(average(all, batchOf(all.length, size, SEED, n)), START);
    sum += (x - a) ** 2 + (y - b) ** 2;
  }
  return Math.sqrt(sum / batches);
}

/** The same for single pictures, exactly: what a batch of B has is this over the root of B. */
export function singleScatter(all: readonly Means[]): number {
  const [a, b] = gradientOf(average(all), START);
  const squares = all.map((one) => {
    const [x, y] = gradientOf(one, START);
    return (x - a) ** 2 + (y - b) ** 2;
  });
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / all.length);
}

/** Weights whose loss is `above` more than the smallest: an ellipse. */
export function contourOf(means: Means, above: number, points = 60): Weights[] {
  const [scale, shift] = bestOf(means);
  const deviation = Math.sqrt(means.xx - means.x * means.x);
  return Array.from({ length: points }, (_, i) => {
    const angle = (2 * Math.PI * i) / points;
    const along = (Math.sqrt(above) * Math.cos(angle)) / deviation;
    return [scale + along, shift + Math.sqrt(above) * Math.sin(angle) - means.x * along] as const;
  });
}
