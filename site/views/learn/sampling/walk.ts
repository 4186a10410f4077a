/**
 * One step of ancestral sampling in its parts, as the scheduler's table has it: algorithm 2 of Ho et al. 2020, with fewer
 * steps than T.
 */
import { applyRow, type PredictionType, type SamplerTable, seededNoise } from '@onnoise/scheduler';
import { type Forms, formsOf } from '../forms.ts';

/** Pictures are [C, H, W]. */
export interface Step {
  /** The network's input. */
  timestep: number;
  /** x = signal x0 + noise epsilon. */
  signal: number;
  noise: number;
  x: Float32Array;
  forms: Forms;
  /** The guessed picture, cut to what a picture can be. */
  x0: Float32Array;
  /** mean = A x + B x0 */
  A: number;
  B: number;
  mean: Float32Array;
  /** Factor of the fresh noise; 0 at the last step. */
  sigma: number;
  z: Float32Array;
  /** mean + sigma z */
  result: Float32Array;
}

export interface Before {
  /** Of the table's row, from 0. */
  index: number;
  x: Float32Array;
  /** What the network says of x. */
  output: Float32Array;
  seed: number;
}

export function stepOf(table: SamplerTable, type: PredictionType, { index, x, output, seed }: Before): Step {
  const row = table.rows[index]!;
  const { timestep, signal, noise, A, B, D } = row;
  const z = new Float32Array(x.length);
  if (D !== 0) seededNoise(seed, index + 1, z);
  const mean = x.slice();
  const result = x.slice();
  const x0 = new Float32Array(x.length);
  applyRow({ ...row, D: 0 }, table.clip, mean, output, x0, z);
  applyRow(row, table.clip, result, output, x0, z);
  const forms = formsOf(type, { signal, noise }, x, output);
  return { timestep, signal, noise, x, forms, x0, A, B, mean, sigma: D, z, result };
}

/** After the first step: in how many x_t weighs more than the guess, and in how many the guess does. */
export function weighed({ rows }: SamplerTable): { kept: number; trusting: number } {
  const kept = rows.slice(1).filter(({ A, B }) => A > B).length;
  return { kept, trusting: rows.length - 1 - kept };
}
