/**
 * An image's way through the network, step by step: a sampler's from noise to picture, or a single call. A batch is any
 * set of them, each with its own timestep.
 */
import {
  applyRow,
  badOutput,
  begin,
  type Guidance,
  guide,
  type ImageSeed,
  InputError,
  isGuided,
  type Known,
  levelAfter,
  needsAuxiliary,
  putBack,
  type SamplerTable,
  seededNoise,
} from '@onnoise/scheduler';

export interface Trajectory {
  /** The network's next input, [C, H, W]. */
  readonly x: Float32Array;
  /** The timestep input that goes with it. */
  readonly timestep: number;
  /**
   * The rows (see `conditionRows`) of the network's calls on x that the next step still needs: one, or two for a guided
   * step, with the conditions and without.
   */
  readonly rows: readonly Float32Array[];
  /**
   * Takes the network's output, [C, H, W], for the first of `rows`. Returns true after the last one.
   * @throws InputError if it has NaN or infinity.
   */
  advance(output: Float32Array): boolean;
}

export interface SamplingOptions {
  table: SamplerTable;
  /** Values of an image, C * H * W. */
  size: number;
  seed: ImageSeed;
  /** What to start from, [C, H, W] in [-1, 1]. */
  from?: Float32Array | undefined;
  /** [H, W]: which of its pixels to keep, as `sampleImages` has it. */
  mask?: Float32Array | undefined;
  /** What the network is told of the image. */
  row: Float32Array;
  guidance?: Guidance | undefined;
  /** The row without conditions; needed with guidance. */
  nullRow?: Float32Array | undefined;
  /** Gets a copy of the predicted x0, [C, H, W], after the rows in `partials`, from 1. */
  onPartial?: ((x0: Float32Array, step: number) => void) | undefined;
  partials?: readonly number[] | undefined;
}

/** One image sampled by a table, with the same numbers as `sampleImages`. `x` ends as the picture. */
export function sampling(options: SamplingOptions): Trajectory {
  const { table, size, seed, row: conditions, guidance, nullRow, from, mask, onPartial, partials = [] } = options;
  if (guidance && !nullRow) throw new Error('Guidance needs the row without conditions, which was not given.');
  const plain = [conditions];
  const both = nullRow ? [conditions, nullRow] : plain;
  const x = new Float32Array(size);
  const x0 = new Float32Array(size);
  const z = new Float32Array(size);
  const y = needsAuxiliary(table) ? new Float32Array(size) : undefined;
  /** The output with the conditions, while the one without is to come. */
  const half = guidance && new Float32Array(size);
  let halfDone = false;
  let step = 0;
  seededNoise(seed, 0, x);
  const known: Known | undefined = from && mask && { picture: from, mask, noise: x.slice() };
  begin(x, table, from);
  const shown = () => {
    const picture = x0.slice();
    if (known) putBack(picture, known);
    return picture;
  };
  return {
    x,
    get timestep() {
      return table.rows[step]!.timestep;
    },
    get rows() {
      if (halfDone) return both.slice(1);
      return isGuided(guidance, table.rows[step]!.timestep) ? both : plain;
    },
    advance(output) {
      const row = table.rows[step]!;
      if (half && isGuided(guidance, row.timestep)) {
        halfDone = !halfDone;
        if (halfDone) {
          half.set(output);
          return false;
        }
        guide(half, output, guidance.scale, half);
        output = half;
      }
      step++;
      if (row.D !== 0) seededNoise(seed, step, z);
      if (!applyRow(row, table.clip, x, output, x0, z, y)) {
        const received = output.find((value) => !Number.isFinite(value)) ?? output[0];
        throw badOutput({ received, step, steps: table.rows.length, timestep: row.timestep, seed });
      }
      if (known) putBack(x, known, levelAfter(table.rows, step - 1));
      if (partials.includes(step)) onPartial?.(shown(), step);
      return step === table.rows.length;
    },
  };
}

/** One call of the network: `x` becomes its output. */
export function singleCall(x: Float32Array, timestep: number, row: Float32Array): Trajectory {
  return {
    x,
    timestep,
    rows: [row],
    advance(output) {
      const bad = output.find((value) => !Number.isFinite(value));
      if (bad !== undefined) {
        throw new InputError(
          `Cannot call the network: its output must be finite numbers, received ${bad} (timestep ${timestep}).`,
        );
      }
      x.set(output);
      return true;
    },
  };
}

/** `count` evenly spaced steps without the last: those to show of a forming picture. */
export function partialSteps(steps: number, count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => Math.round(((i + 1) * steps) / (count + 1)));
  return [...new Set(all)].filter((step) => step > 0 && step < steps);
}
