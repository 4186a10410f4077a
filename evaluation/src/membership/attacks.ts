/**
 * Errors of a network on given images, which are smaller on images that it was trained on. All are taken in the space of the noise
 * epsilon, whatever the network predicts. They need the network itself: the attacker has the model folder.
 *
 * | attack | error at timestep t                                                                                        |
 * | ------ | ---------------------------------------------------------------------------------------------------------- |
 * | loss   | mean (eps(x_t, t) - z)^2 with x_t = signal x0 + noise z, z drawn by a seed and averaged over draws          |
 * | secmi  | DDIM goes up from the image to x_t without noise, one stride further and back: mean (x_t - there and back)^2 |
 * | pia    | e = eps(x0, 0) stands in for the noise: mean \|e - eps(signal x0 + noise e, t)\|^4                           |
 *
 * Sources: Matsumoto et al. 2023, arXiv 2302.03262, and Carlini et al. 2023, arXiv 2301.13188 (loss); Duan et al. 2023, arXiv
 * 2302.01316, equation 10, with the strides of github.com/jinhaoduan/SecMI (t-error); Kong et al. 2024, arXiv 2305.18355, equation 12,
 * with the fourth power of github.com/kong13661/PIA (proximal initialisation).
 */
import { levelOf, type PredictionType, predictionAt, type Schedule } from '@onnoise/scheduler';
import { InputError } from '@onnoise/scheduler/rules';
import type { Attack } from './names.ts';
import { strideOf } from './timesteps.ts';

export interface AttackPlan {
  attacks: readonly Attack[];
  /** Ascending; see `checkTimesteps`. */
  timesteps: readonly number[];
  /** Draws of noise that the loss is averaged over. */
  draws: number;
}

interface AttackedBatch {
  /** In [-1, 1]. [N, C, H, W] */
  images: Float32Array;
  count: number;
  schedule: Schedule;
  prediction: PredictionType;
  /** The network's output, which may be overwritten by the next call. @param timesteps what the network is told, [N] */
  predict(x: Float32Array, timesteps: Float32Array): Promise<Float32Array>;
  /** Unit noise of draw number `draw`, [N, C, H, W]. */
  noise(draw: number): Float32Array;
}

/** How many scores an image has: one for each attack and timestep. */
export const columnsOf = ({ attacks, timesteps }: AttackPlan): number => attacks.length * timesteps.length;

/** How many network calls a batch takes. */
export function callsOf({ attacks, timesteps, draws }: AttackPlan, schedule: Schedule): number {
  const stride = strideOf(schedule);
  const rises = Math.floor(timesteps.at(-1)! / stride) + timesteps.filter((t) => t % stride !== 0).length;
  const calls = { loss: draws * timesteps.length, secmi: rises + 2 * timesteps.length, pia: 1 + timesteps.length };
  return attacks.reduce((sum, attack) => sum + calls[attack], 0);
}

/**
 * @returns [N, columns]: those of the first attack by timestep, then those of the next
 * @throws InputError for a network that gives no numbers
 */
export async function errorsOf(batch: AttackedBatch, plan: AttackPlan): Promise<Float64Array> {
  const columns = columnsOf(plan);
  const errors = new Float64Array(batch.count * columns);
  for (const [a, attack] of plan.attacks.entries()) {
    const found = await errorsBy[attack](batch, plan);
    for (const [k, column] of found.entries()) {
      const t = plan.timesteps[k];
      for (let i = 0; i < batch.count; i++) {
        if (!Number.isFinite(column[i]!)) {
          throw new InputError(
            `Cannot attack the network: its output must be finite numbers around timestep ${t}, received ${column[i]}.`,
          );
        }
        errors[i * columns + a * plan.timesteps.length + k] = column[i]!;
      }
    }
  }
  return errors;
}

/** For each timestep, the errors of all images. */
type Errors = Promise<Float64Array[]>;

const errorsBy: Record<Attack, (batch: AttackedBatch, plan: AttackPlan) => Errors> = {
  async loss(batch, { timesteps, draws }) {
    const sums = timesteps.map(() => new Float64Array(batch.count));
    for (let draw = 0; draw < draws; draw++) {
      const noise = batch.noise(draw);
      for (const [k, t] of timesteps.entries()) {
        const { epsilon } = await lookAt(batch, noised(batch, noise, t), t);
        const errors = meanPower(epsilon, noise, 2, batch.count);
        for (let i = 0; i < batch.count; i++) sums[k]![i]! += errors[i]! / draws;
      }
    }
    return sums;
  },

  async secmi(batch, { timesteps }) {
    const stride = strideOf(batch.schedule);
    const errors: Float64Array[] = [];
    // The stairs of all timesteps are the same ones; a timestep between two of them is one shorter step from the lower.
    let [at, x] = [0, batch.images];
    for (const t of timesteps) {
      for (; at + stride <= t; at += stride) x = await stepTo(batch, x, at, at + stride);
      const here = at === t ? x : await stepTo(batch, x, at, t);
      const above = await stepTo(batch, here, t, t + stride);
      const back = await stepTo(batch, above, t + stride, t);
      errors.push(meanPower(here, back, 2, batch.count));
    }
    return errors;
  },

  async pia(batch, { timesteps }) {
    const { epsilon: first } = await lookAt(batch, batch.images, 0);
    const errors: Float64Array[] = [];
    for (const t of timesteps) {
      const { epsilon } = await lookAt(batch, noised(batch, first, t), t);
      errors.push(meanPower(epsilon, first, 4, batch.count));
    }
    return errors;
  },
};

/** What the network takes noisy images for. */
async function lookAt({ schedule, prediction, predict, count }: AttackedBatch, x: Float32Array, t: number) {
  const { p, q, m, n } = predictionAt(prediction, levelOf(schedule, t));
  const output = await predict(x, new Float32Array(count).fill(schedule.times[t]!));
  return {
    image: x.map((value, i) => p * value + q * output[i]!),
    epsilon: x.map((value, i) => m * value + n * output[i]!),
  };
}

/** A step of DDIM without noise, up or down. Song et al. 2021, equation 13; not clipped. */
async function stepTo(batch: AttackedBatch, x: Float32Array, from: number, to: number): Promise<Float32Array> {
  const { image, epsilon } = await lookAt(batch, x, from);
  return mix(batch.schedule, to, image, epsilon);
}

const noised = ({ schedule, images }: AttackedBatch, noise: Float32Array, t: number) => mix(schedule, t, images, noise);

function mix(schedule: Schedule, t: number, image: Float32Array, epsilon: Float32Array): Float32Array {
  const { signal, noise } = levelOf(schedule, t);
  return image.map((value, i) => signal * value + noise * epsilon[i]!);
}

/** Mean of |a - b|^power over each image, [N]. */
function meanPower(a: Float32Array, b: Float32Array, power: 2 | 4, count: number): Float64Array {
  const size = a.length / count;
  return Float64Array.from({ length: count }, (_, image) => {
    let sum = 0;
    for (let i = image * size; i < (image + 1) * size; i++) {
      const square = (a[i]! - b[i]!) ** 2;
      sum += power === 2 ? square : square * square;
    }
    return sum / size;
  });
}
