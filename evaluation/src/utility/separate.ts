/** No image may be in two of the sets: exact copies are looked for. Near ones are for `pipeline evaluate --pictures` to find. */
import { plural } from '@onnoise/base/text';
import type { PrepareOptions } from '@onnoise/training/data';
import { type Part, pixelHashes, refuseShared, sharedImages } from '../membership/index.ts';
import type { PicturePlace } from '../pictures/open.ts';
import { imageNames } from '../report/image-names.ts';
import type { NamedSet } from './types.ts';

interface Places {
  base: PrepareOptions;
  test: NamedSet | undefined;
  place: PicturePlace;
  synthetic: NamedSet;
}

type Sets = Record<'pool' | 'tested' | 'synthetic', Part>;

/** Leaves out or refuses images with the very pixels of others, and counts copies. */
export async function separate(action: string, { pool, tested, synthetic }: Sets, places: Places, notes: string[]) {
  const [inside, outside, made] = [await pixelHashes(pool), await pixelHashes(tested), await pixelHashes(synthetic)];
  const copied = sharedImages(outside, made);
  if (copied.length > 0) {
    const { place, synthetic: named } = places;
    const { nameOf } = await imageNames(
      { data: place.data, csv: named.csv, frames: places.base.frames },
      synthetic.dataset,
    );
    refuseShared(
      action,
      copied.map((i) => nameOf(synthetic.numbers[i]!)),
      { option: '--synthetic', rule: 'hold no copies of the images to test on', of: 'test images' },
    );
  }
  const twice = sharedImages(outside, inside);
  if (places.test && twice.length > 0) {
    const { nameOf } = await imageNames(places.base, pool.dataset);
    refuseShared(
      action,
      twice.map((i) => nameOf(pool.numbers[i]!)),
      { option: '--data', rule: 'be other images than --test-data', of: 'test images' },
    );
  }
  if (twice.length > 0) {
    notes.push(`Left out of training: ${plural(twice.length, 'image')} with the pixels of test images.`);
  }
  const left = new Set(twice);
  const kept = { dataset: pool.dataset, numbers: pool.numbers.filter((_, i) => !left.has(i)) };
  const copies = sharedImages(inside, made).length;
  if (copies > 0) {
    notes.push(
      `${copies} of ${plural(made.length, 'synthetic image')} ${copies === 1 ? 'has' : 'have'} the pixels of real training images: they are real images more, and figures with them are too good.`,
    );
  }
  return { pool: kept, tested, synthetic, copies };
}
