/** The nearest training images by the Euclidean distance of features. */
import { meanOf } from '../measures/frechet.ts';
import type { Watch } from '../sets/hooks.ts';
import type { Features } from '../sets/types.ts';
import { nearestKeys } from './nearest.ts';
import { measureFound, NEIGHBOURS, type Neighbours } from './neighbours.ts';

/** @param training of at least one image, of the same width */
export async function featureNeighbours(
  pictures: Features,
  training: Features,
  watch: Watch = {},
): Promise<Neighbours> {
  const { width } = training;
  const found = await nearestKeys({
    ...watch,
    count: pictures.count,
    views: 1,
    fill: (first, count, out) => out.set(pictures.values.subarray(first * width, (first + count) * width)),
    keys: training,
    mean: meanOf(training.values, width),
    neighbours: Math.min(NEIGHBOURS, training.count),
  });
  const distanceTo = (picture: number, image: number) => {
    let square = 0;
    for (let i = 0, a = picture * width, b = image * width; i < width; i++, a++, b++) {
      const difference = pictures.values[a]! - training.values[b]!;
      square += difference * difference;
    }
    return { distance: Math.sqrt(square) };
  };
  const measure = (picture: number, images: Int32Array) => Array.from(images, (image) => distanceTo(picture, image));
  return measureFound(found, pictures.count, measure, watch.signal);
}
