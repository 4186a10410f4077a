/** The pictures of the closest pairs, for a report to draw. */
import { takeImages } from '../measures/images.ts';
import type { ImageSet } from '../sets/types.ts';
import type { Memorisation, Pair, Space } from './types.ts';

/** Three sets of the same length: the pictures, their nearest training images and the second nearest. */
export interface PairPictures {
  pairs: Pair[];
  samples: ImageSet;
  nearest: ImageSet;
  second: ImageSet;
}

/** The `most` closest pairs of a space, closest first. @param images those that were searched */
export function closestPairs(
  { closest }: Pick<Memorisation, 'closest'>,
  images: { samples: ImageSet; training: ImageSet },
  { space = 'pixels', most = 8 }: { space?: Space; most?: number } = {},
): PairPictures {
  const pairs = closest.filter((pair) => pair.space === space).slice(0, most);
  return {
    pairs,
    samples: takeImages(
      images.samples,
      pairs.map(({ sample }) => sample),
    ),
    nearest: takeImages(
      images.training,
      pairs.map(({ training }) => training),
    ),
    second: takeImages(
      images.training,
      pairs.map(({ second }) => second),
    ),
  };
}
