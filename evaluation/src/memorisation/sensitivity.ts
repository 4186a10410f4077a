/**
 * How many copies would be seen: trials with planted ones. In a trial, the held-out images that calibrate and the real
 * pictures beside the copies are both drawn from the held-out scores, with replacement, and the copies from planted ones.
 */
import { randomInts } from '@onnoise/scheduler';
import { calibrate, ERROR_RATE, jointPValue, pValuesOf } from './judge.ts';
import type { SensitivityRow } from './types.ts';

const STREAM = 0x0c0c_0000;
/** For each number of copies. */
export const TRIALS = 200;

/** One array for each space, in the same order: scores of the same images. */
interface PlantedScores {
  heldOut: readonly Float64Array[];
  planted: readonly Float64Array[];
}

/** One, two, five, ten, ... copies of `count` pictures, up to all of them, and `also`. It stops where all are found. */
export function sensitivityOf(
  scores: PlantedScores,
  count: number,
  also: number,
  seed: number,
  signal?: AbortSignal,
): SensitivityRow[] {
  const rows: SensitivityRow[] = [];
  for (const copies of numbersOfCopies(count, also)) {
    signal?.throwIfAborted();
    const found = shareFound(scores, count, copies, seed);
    rows.push({ copies, found });
    if (found === 1 && copies >= also) break;
  }
  return rows;
}

function numbersOfCopies(count: number, also: number): number[] {
  const numbers = new Set([0, also]);
  for (let ten = 1; ten <= count; ten *= 10) for (const n of [ten, 2 * ten, 5 * ten]) if (n <= count) numbers.add(n);
  return [...numbers].sort((a, b) => a - b);
}

function shareFound({ heldOut, planted }: PlantedScores, count: number, copies: number, seed: number): number {
  const n = heldOut[0]!.length;
  const real = new Int32Array(n + count - copies);
  const copied = new Int32Array(copies);
  let found = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    randomInts(seed, STREAM + copies, trial * (real.length + copies), n, real);
    randomInts(seed, STREAM + copies, trial * (real.length + copies) + real.length, planted[0]!.length, copied);
    const tests = heldOut.map((scores, space) => {
      const calibration = calibrate(Float64Array.from(real.subarray(0, n), (i) => scores[i]!));
      const judged = new Float64Array(count);
      for (let i = 0; i < count - copies; i++) judged[i] = scores[real[n + i]!]!;
      for (let i = 0; i < copies; i++) judged[count - copies + i] = planted[space]![copied[i]!]!;
      return pValuesOf(judged, calibration);
    });
    if (jointPValue(tests) < ERROR_RATE) found++;
  }
  return found / TRIALS;
}
