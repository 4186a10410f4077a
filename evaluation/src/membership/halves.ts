/**
 * Which images each shadow model is trained on. Shadows come in pairs: the first has a random half of the groups, the second the others, so
 * each image is in half of the shadows exactly. A pair depends on the seed and its number alone: more shadows leave the first ones
 * as they are.
 */
import { shuffle } from '@onnoise/scheduler';

const STREAM = 0x6d696100;

/**
 * @param groups of the images: see `Pool`
 * @param shadow number of the shadow, from 0
 * @returns [images], 1 for those that it is trained on
 */
export function drawHalf(groups: ArrayLike<number>, shadow: number, seed: number): Uint8Array {
  const sizes: number[] = [];
  for (let i = 0; i < groups.length; i++) sizes[groups[i]!] = (sizes[groups[i]!] ?? 0) + 1;
  const order = shuffle(
    Uint32Array.from(sizes, (_, group) => group),
    seed,
    STREAM + (shadow >> 1),
  );
  const first = new Set<number>();
  const images = [0, 0];
  // In turn to the smaller half, so that groups of different sizes fill both alike.
  for (const group of order) {
    const half = images[0]! <= images[1]! ? 0 : 1;
    if (half === 0) first.add(group);
    images[half]! += sizes[group]!;
  }
  const wanted = shadow % 2 === 0;
  return Uint8Array.from(groups, (group) => (first.has(group) === wanted ? 1 : 0));
}
