/**
 * A smaller network beside the one that it was made of: size, time of a call, and how far its pictures are from those of the same
 * seeds. Fails where they are too far.
 */
import { conditionRows, extraInputs, sizeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { denoiser, type Network, openNetwork, type SampledFacts, samplePictures } from './network.ts';

export interface Comparison {
  /** Of the files. */
  bytes: { before: number; after: number };
  /** Of a call with one picture on this machine's CPU: the fastest, which other work disturbs least. */
  milliseconds: { before: number; after: number };
  /** Root of the mean square of the pixels' differences, as a share of the way from black to white. */
  drift: number;
  /** Pictures that were compared. */
  count: number;
}

/** The largest drift that passes, by default. docs/formats.md says what it looks like. */
export const USUAL_DRIFT = { float16: 0.005, 'int8-weights': 0.03, int8: 0.05 } as const;

export interface CompareOptions {
  count: number;
  /** Of the first picture. */
  seed: number;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface Compared {
  comparison: Comparison;
  /** Pictures of both, [N, C, H, W]. */
  before: Float32Array;
  after: Float32Array;
}

/** @throws InputError where onnxruntime cannot run the smaller network. */
export async function compareNetworks(
  action: string,
  before: Uint8Array,
  after: Uint8Array,
  facts: SampledFacts,
  { count, seed, onProgress }: CompareOptions,
): Promise<Compared> {
  const [large, small] = [await openNetwork(action, before, facts), await openNetwork(action, after, facts)];
  try {
    const half = (part: 0 | 1) => (done: number, total: number) => onProgress?.(part * total + done, 2 * total);
    const expected = await samplePictures(large, { count, seed }, { onStep: half(0) });
    const actual = await samplePictures(small, { count, seed }, { onStep: half(1) });
    const comparison = {
      bytes: { before: before.length, after: after.length },
      milliseconds: await timeCalls(large, small),
      drift: driftOf(expected, actual),
      count,
    };
    return { comparison, before: expected, after: actual };
  } finally {
    await large.session.release();
    await small.session.release();
  }
}

/** @throws InputError that says how far the pictures are apart, and what can be done. */
export function requireDrift(action: string, { drift }: Pick<Comparison, 'drift'>, most: number): void {
  if (drift <= most) return;
  const digits = DIGITS.find((digits) => formatDrift(drift, digits) !== formatDrift(most));
  throw new InputError(
    `Cannot ${action}: the pictures must be within ${formatDrift(most)} of those of the larger network (root mean square), received ${formatDrift(drift, digits)}. ` +
      'Nothing was written. Allow more with --drift, or leave the format out.',
  );
}

/** [-1, 1] is the way from black to white. NaN, as of a network that overflows, is infinitely far. */
function driftOf(expected: Float32Array, actual: Float32Array): number {
  const squares = expected.reduce((sum, value, i) => sum + ((value - actual[i]!) / 2) ** 2, 0);
  const drift = Math.sqrt(squares / expected.length);
  return Number.isNaN(drift) ? Number.POSITIVE_INFINITY : drift;
}

const ROUNDS = 5;
const BLOCK_MS = 60;

/** Calls in blocks, since onnxruntime's threads spin for a while after a call and would disturb the other network. */
async function timeCalls(large: Network, small: Network): Promise<{ before: number; after: number }> {
  const blocks = [blockOf(large), blockOf(small)] as const;
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [side, block] of blocks.entries()) times[side]!.push(await block());
  }
  const [before, after] = times.map((all) => Math.min(...all));
  return { before: before!, after: after! };
}

/** Times a call: the fastest of a few, after one to warm up. */
function blockOf(network: Network): () => Promise<number> {
  const { facts } = network;
  const call = denoiser(network, conditionRows(extraInputs(facts), {}, 1));
  const [x, timesteps] = [new Float32Array(sizeOf(facts.shape)), new Float32Array(1)];
  return async () => {
    await call(x, timesteps, 0);
    const end = performance.now() + BLOCK_MS;
    let fastest = Number.POSITIVE_INFINITY;
    for (let begin = 0; begin < end; ) {
      begin = performance.now();
      await call(x, timesteps, 0);
      fastest = Math.min(fastest, performance.now() - begin);
    }
    return fastest;
  };
}

/** `0.013 %` */
export const formatDrift = (share: number, digits = 2): string => `${Number((share * 100).toPrecision(digits))} %`;

/** Of a drift that is hardly more than it may be. */
const DIGITS = [2, 3, 4, 6] as const;
