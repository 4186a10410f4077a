/** Splits images into those to train on and those held out. */
import { shuffle } from '@onnoise/scheduler';
import { SPLIT_STREAM } from './streams.ts';

/**
 * Holds out round(count · share) images chosen by the seed: at least one when share > 0, and one always stays for
 * training. Both lists are ascending, disjoint, and together 0..count - 1.
 */
export function splitImages(
  count: number,
  share: number,
  seed: number,
): { train: Uint32Array; validation: Uint32Array } {
  const order = shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
    seed,
    SPLIT_STREAM,
  );
  const held = share === 0 ? 0 : Math.min(Math.max(Math.round(count * share), 1), count - 1);
  return { validation: order.slice(0, held).sort(), train: order.slice(held).sort() };
}
