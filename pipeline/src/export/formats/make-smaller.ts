/** A smaller network from a float32 one: converted, compared, judged if there are images, and refused where it is too far off. */

import { JUDGED_COUNT, type Judgement, type JudgeOptions, judge, requireJudgement } from '@onnoise/evaluation';
import { toBytes } from '@onnoise/scheduler/model';
import { type Comparison, compareNetworks, requireDrift, USUAL_DRIFT } from './compare.ts';
import { convertNetwork } from './convert.ts';
import { type SmallFormat, WEIGHT_BITS } from './names.ts';
import type { SampledFacts } from './network.ts';

/** What the user asks for. */
export interface FormatRequest {
  format: SmallFormat;
  /** The largest drift that passes, a share of the way from black to white. Default: `USUAL_DRIFT`. */
  drift?: number | undefined;
  /** One of `WEIGHT_BITS` of the format. Default: the first. */
  weightBits?: number | undefined;
  /** Images to judge the pictures by. Default: none, they are compared with those of float32 alone. */
  judge?: JudgeOptions | undefined;
}

export interface Smaller {
  onnx: Uint8Array;
  /** Of a weight. */
  bits: number;
  comparison: Comparison;
  judgement?: Judgement | undefined;
}

/** Seeds of pictures that nobody asks for by counting. */
const CALIBRATION_SEED = 0x51ab_0000;
const COMPARISON_SEED = 0x51ab_8000;

/** Pictures to calibrate with, and to compare: enough to meet every class of ten. */
const CALIBRATION_COUNT = 10;
const COMPARISON_COUNT = 20;

/**
 * @param action what fails, after "Cannot": `export runs/x`
 * @param onProgress what is being done, and how much of it is done
 * @throws InputError as `convertNetwork`, and for pictures that are too far off.
 */
export async function makeSmaller(
  action: string,
  onnx: Uint8Array,
  facts: SampledFacts,
  { format, drift = USUAL_DRIFT[format], weightBits: bits = WEIGHT_BITS[format][0], judge: judging }: FormatRequest,
  onProgress?: (note: string, done: number, total: number) => void,
): Promise<Smaller> {
  const report = (note: string) => (done: number, total: number) => onProgress?.(note, done, total);
  const calibration = { count: CALIBRATION_COUNT, seed: CALIBRATION_SEED, onProgress: report('calibrating') };
  const small = await convertNetwork(onnx, { action, format, facts, bits, calibration });
  const { comparison, before, after } = await compareNetworks(action, onnx, small, facts, {
    count: judging ? JUDGED_COUNT : COMPARISON_COUNT,
    seed: COMPARISON_SEED,
    onProgress: report('sampling both networks'),
  });
  requireDrift(action, comparison, drift);
  if (!judging) return { onnx: small, bits, comparison };
  const pictures = {
    before: Uint8Array.from(toBytes(before)),
    after: Uint8Array.from(toBytes(after)),
    count: comparison.count,
  };
  const judgement = await judge(pictures, judging);
  requireJudgement(action, judgement);
  return { onnx: small, bits, comparison, judgement };
}
