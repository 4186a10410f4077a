/** Splits images into those to train on and those held out. */
import { shuffle } from '@onnoise/scheduler';

/** Number of the random stream, beside those of the orders, flips and augmentations of epochs. */
const SPLIT_STREAM = 0x0da0_0000;

export interface Split {
  /** Image numbers, ascending. */
  train: Uint32Array;
  /** Image numbers, ascending. */
  validation: Uint32Array;
}

/**
 * Holds out round(count · share) images chosen by the seed: at least one when share > 0, and one always stays for
 * training. Both lists are ascending, disjoint, and together 0..count - 1.
 * @param groups equal numbers for images that stay together; then whole groups are held out, at least one when share > 0,
 * until as many images are as near as can be
 */
export function splitImages(count: number, share: number, seed: number, groups?: readonly number[]): Split {
  const held = share === 0 ? 0 : Math.min(Math.max(Math.round(count * share), 1), count - 1);
  if (groups && held > 0) return splitGroups(groups, held, seed);
  const order = shuffled(count, seed);
  return { validation: order.slice(0, held).sort(), train: order.slice(held).sort() };
}

const shuffled = (count: number, seed: number) =>
  shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
    seed,
    SPLIT_STREAM,
  );

/** Takes groups in a random order while that brings the number of images closer to `held`. */
function splitGroups(groups: readonly number[], held: number, seed: number): Split {
  const sizes: number[] = [];
  for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1;
  const taken = new Set<number>();
  let images = 0;
  for (const group of shuffled(sizes.length, seed)) {
    const after = images + sizes[group]!;
    if (taken.size > 0 && Math.abs(after - held) >= Math.abs(images - held)) continue;
    if (taken.size === sizes.length - 1) break;
    taken.add(group);
    images = after;
  }
  const pick = (isHeld: boolean) =>
    Uint32Array.from(groups.flatMap((group, image) => (taken.has(group) === isHeld ? [image] : [])));
  return { train: pick(false), validation: pick(true) };
}
