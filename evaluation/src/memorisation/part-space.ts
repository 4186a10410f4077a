/**
 * Pictures that hold a part of a training image: the spaces of crops and of halves. A picture's score in halves is the least of its four
 * halves, each against the next images for that very half, since some halves of images are all alike. Held-out images are searched in
 * the same way.
 */
import { type PartNeighbours, partNeighbours } from '../parts/index.ts';
import type { Watch } from '../sets/hooks.ts';
import type { ImageSet } from '../sets/types.ts';
import { type Neighbours, scoresOf } from './neighbours.ts';
import type { PlantedParts } from './plant-parts.ts';
import { sensitivityOf } from './sensitivity.ts';
import type { PartSensitivity } from './types.ts';

export interface FoundParts {
  crops: Neighbours;
  halves: Neighbours;
}

/** One search for all sets: the parts of training images are made once. @returns one for each set */
export async function searchParts(sets: readonly ImageSet[], training: ImageSet, watch: Watch): Promise<FoundParts[]> {
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  const pixels = new Uint8Array(sets.reduce((sum, set) => sum + set.pixels.length, 0));
  let at = 0;
  for (const set of sets) {
    pixels.set(set.pixels, at);
    at += set.pixels.length;
  }
  const [crops, ...halves] = await partNeighbours({ shape: training.shape, count, pixels }, training, watch);
  const all = { crops: crops!, halves: likeliest(halves) };
  let first = 0;
  return sets.map((set) => {
    const [from, to] = [first, first + set.count];
    first = to;
    return { crops: rowsOf(all.crops, from, to), halves: rowsOf(all.halves, from, to) };
  });
}

/** Of each picture the part whose score is least. */
function likeliest(parts: readonly PartNeighbours[]): Neighbours {
  const scores = parts.map(scoresOf);
  const [{ count, each }] = parts as [PartNeighbours];
  const best = Array.from({ length: count }, (_, picture) =>
    scores.reduce((best, of, part) => (of[picture]! < scores[best]![picture]! ? part : best), 0),
  );
  const places = best.flatMap((part, picture) =>
    Array.from({ length: each }, (_, i) => [part, picture * each + i] as const),
  );
  return {
    count,
    each,
    training: Int32Array.from(places, ([part, place]) => parts[part]!.training[place]!),
    distances: Float64Array.from(places, ([part, place]) => parts[part]!.distances[place]!),
    lays: places.map(([part, place]) => parts[part]!.lays[place]!),
  };
}

function rowsOf({ each, training, distances, lays }: Neighbours, from: number, to: number): Neighbours {
  const [first, end] = [from * each, to * each];
  return {
    count: to - from,
    each,
    training: training.slice(first, end),
    distances: distances.slice(first, end),
    lays: lays!.slice(first, end),
  };
}

interface PartTrials {
  /** Scores of held-out images in each space: crops and halves last. */
  heldOut: readonly Float64Array[];
  thresholds: { crops: number; halves: number };
  /** Pictures that are judged. */
  count: number;
  /** Copies that are always tried. */
  also: number;
  seed: number;
  signal?: AbortSignal | undefined;
}

/** How well each kind is seen. In other spaces a copy of a part is taken for a real image, which it may not be: then it is seen better. */
export function partSensitivity(
  kinds: readonly Pick<PlantedParts, 'part' | 'side'>[],
  found: readonly FoundParts[],
  { heldOut, thresholds, count, also, seed, signal }: PartTrials,
): PartSensitivity[] {
  return kinds.map(({ part, side }, k) => {
    const [crops, halves] = [scoresOf(found[k]!.crops), scoresOf(found[k]!.halves)];
    const others = heldOut.slice(0, -2).map((real) => repeated(real, crops.length));
    const isSeen = (i: number) => crops[i]! < thresholds.crops || halves[i]! < thresholds.halves;
    return {
      part,
      ...(side !== undefined && { side }),
      seen: crops.reduce((sum, _, i) => sum + (isSeen(i) ? 1 : 0), 0) / crops.length,
      sensitivity: sensitivityOf({ heldOut, planted: [...others, crops, halves] }, count, also, seed, signal),
    };
  });
}

/** Real scores in place of those of `count` copies. */
export const repeated = (real: Float64Array, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => real[i % real.length]!);
