/**
 * Executes a table's rows on the CPU, in place: the network is a function, everything else is here. Images are float32
 * [N, C, H, W], arithmetic is float64.
 */
import type { ImageSeed } from '../noise/seeds.ts';
import { badOutput } from './bad-output.ts';
import { type Known, levelAfter, putBack } from './known.ts';
import type { SamplerRow } from './rows/record.ts';
import { needsAuxiliary, type SamplerTable } from './table.ts';

/**
 * The network: noisy images and their timesteps in, its output out. `step` counts from 0. `x` is the sampler's own
 * buffer: read it before the promise resolves and do not write to it.
 */
export type Denoiser = (
  x: Float32Array, // [N, C, H, W]
  timesteps: Float32Array, // [N]
  step: number,
) => Promise<Float32Array>; // [N, C, H, W]

/** `x` and `x0` are the sampler's own buffers, valid until the callback returns: copy what you keep. */
export interface StepProgress {
  /** Network calls done, 1 to `steps`. */
  step: number;
  /** Network calls in all: the table's rows. */
  steps: number;
  /** The timestep that `x` has just left. */
  timestep: number;
  /** The images after this step, [N, C, H, W]. */
  x: Float32Array;
  /** The images as predicted at this step, clipped, [N, C, H, W]. */
  x0: Float32Array;
}

export interface RunOptions {
  table: Pick<SamplerTable, 'clip' | 'rows'>;
  /** Of x: [N, C, H, W]. */
  shape: readonly number[];
  denoise: Denoiser;
  /** Unit normal noise: the z of row `draw` - 1. */
  draw: (draw: number, z: Float32Array) => void;
  /** For sentences: one per image. */
  seeds?: readonly ImageSeed[] | undefined;
  /** Pixels to keep. */
  known?: Known | undefined;
  onStep?: ((progress: StepProgress) => void) | undefined;
  /** Looked at between rows; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Takes `x`, [N, C, H, W], through all rows. @throws InputError where the network's output is NaN or infinite. */
export async function runRows(x: Float32Array, options: RunOptions): Promise<void> {
  const { table, shape, denoise, draw, seeds, known, onStep, signal } = options;
  const x0 = new Float32Array(x.length);
  const z = new Float32Array(x.length);
  const shown = known && onStep ? new Float32Array(x.length) : x0; // x0 with the kept pixels
  const y = needsAuxiliary(table) ? new Float32Array(x.length) : undefined;
  const count = shape[0]!;
  const timesteps = new Float32Array(count);
  const steps = table.rows.length;
  for (const [i, row] of table.rows.entries()) {
    signal?.throwIfAborted();
    const { timestep } = row;
    const output = await denoise(x, timesteps.fill(timestep), i);
    if (output.length !== x.length) {
      throw new Error(`The denoiser returned ${output.length} values for ${x.length} (${shape.join(' x ')}).`);
    }
    if (row.D !== 0) draw(i + 1, z);
    if (!applyRow(row, table.clip, x, output, x0, z, y)) {
      const at = x.findIndex((value, i) => !Number.isFinite(value) || !Number.isFinite(output[i]));
      const seed = seeds?.[Math.floor((at * count) / x.length)];
      throw badOutput({ received: output[at], step: i + 1, steps, timestep, seed });
    }
    if (known) putBack(x, known, levelAfter(table.rows, i));
    if (known && onStep) {
      shown.set(x0);
      putBack(shown, known);
    }
    onStep?.({ step: i + 1, steps, timestep, x, x0: shown });
  }
}

/**
 * One row, in place: `x` becomes x', `x0` (on entry the row before's) becomes this row's, `y` becomes y'. All the same
 * length; `y` is needed where the table needs it (`needsAuxiliary`).
 * @returns false where the output or x' is NaN or infinite somewhere; clipping would hide it in x0, not in a picture.
 */
export function applyRow(
  row: SamplerRow,
  clip: number | null,
  x: Float32Array,
  output: Float32Array,
  x0: Float32Array,
  z: Float32Array,
  y?: Float32Array | undefined,
): boolean {
  const { p, q, A, E, B, C, F, D, y: next } = row;
  if (y === undefined && (F !== 0 || next)) throw new Error('The row needs y, which was not given.');
  const limit = clip ?? Number.POSITIVE_INFINITY;
  let zero = 0; // stays 0 while all is finite: NaN and infinity times 0 are NaN
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!;
    const o = output[i]!;
    const predicted = Math.min(Math.max(p * xi + q * o, -limit), limit);
    const before = x0[i]!;
    let moved = A * xi + E * o + B * predicted;
    if (C !== 0) moved += C * before;
    if (F !== 0) moved += F * y![i]!;
    if (D !== 0) moved += D * z[i]!;
    if (next) y![i] = next.a * xi + next.e * o + next.b * predicted + next.c * before + next.f * y![i]!;
    x[i] = moved;
    x0[i] = predicted;
    zero += (o + Math.fround(moved)) * 0;
  }
  return zero === 0;
}
