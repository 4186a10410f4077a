/** How the three sets are prepared: to one size and kind, each with what belongs to it. */
import { plural } from '@onnoise/base/text';
import { type Extent, nameChannels, pictureSizeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { isArrayName, lookAtImages, type PrepareOptions } from '@onnoise/training/data';
import { aloneOf, lookAtPictures, naming, sizeWords, tableOf } from '../pictures/files.ts';
import type { PicturePlace } from '../pictures/open.ts';
import { NAMED } from './check.ts';
import type { NamedSet } from './types.ts';

/** Side that images are looked at with. */
const LOOKED_AT = 16;

/**
 * The size and channels of all: as they are asked for, or those that all have.
 * @returns those; and a note where real and synthetic images are not resized alike
 * @throws InputError for images that are not alike where nothing says what they shall be, and for values that are not finite
 */
export async function fitAll(
  action: string,
  base: PrepareOptions,
  place: PicturePlace,
  test: NamedSet | undefined,
  signal: AbortSignal | undefined,
): Promise<{ fitted: Pick<PrepareOptions, 'size' | 'channels'>; notes: string[] }> {
  const pictures = {
    option: '--synthetic',
    ...(await lookAtPictures({ action, ...NAMED.synthetic }, aloneOf(place, base), signal)),
  };
  const reals = [{ ...NAMED.data, data: base.data }, ...(test ? [{ ...NAMED.test, data: test.data }] : [])].map(
    async ({ option, data }) => {
      const alone = { ...aloneOf({ ...place, data }, base), size: LOOKED_AT, cacheDir: base.cacheDir };
      const most = isArrayName(data) ? Number.POSITIVE_INFINITY : undefined;
      const look = await naming({ action, option }, () => lookAtImages(alone, signal, most));
      if (look.infinite > 0) {
        const received = `${plural(look.infinite, 'image')} with NaN or infinity`;
        throw new InputError(`Cannot ${action}: all values of ${option} must be finite, received ${received}.`);
      }
      return { option, ...look };
    },
  );
  const looks = [...(await Promise.all(reals)), pictures];
  if (base.channels === undefined) {
    const [first, ...others] = looks as [(typeof looks)[number], ...typeof looks];
    const words = (channels: number) => (channels === 3 ? 'in colour' : nameChannels(channels));
    for (const { option, channels } of others) {
      if (channels === first.channels) continue;
      throw new InputError(
        `Cannot ${action}: ${option} must be ${words(first.channels)}, as --data is, received images ${words(channels)}. Add --channels 1 or 3 to convert all.`,
      );
    }
  }
  const sizes = [...new Map(looks.flatMap((look) => look.sizes).map((size) => [sizeWords(size), size])).values()];
  const [size] = sizes;
  if (base.size === undefined && (size === undefined || sizes.length > 1)) {
    const received = sizes.length === 0 ? 'images without one' : sizes.slice(0, 5).map(sizeWords).join(', ');
    throw new InputError(
      `Cannot ${action}: all images must be of one size, received ${received}. Fit them to one by --size.`,
    );
  }
  const fitted = { size: base.size ?? pictureSizeOf(size as Extent), channels: base.channels ?? looks[0]!.channels };
  const [real, made] = [looks[0]!, pictures].map((look) => [...new Set(look.sizes.map(sizeWords))].sort().join(', '));
  const notes =
    real === made
      ? []
      : [
          `Real images of ${real} pixels and synthetic ones of ${made} are fitted to one size: that alone may make them unlike, as in sharpness.`,
        ];
  return { fitted, notes };
}

/** The options of images beside `--data`, with the columns of `--csv` in a table of their own. */
export function optionsBeside({ data, csv }: NamedSet, base: PrepareOptions): PrepareOptions {
  const { labelColumn, groupColumn, cacheDir } = base;
  return {
    ...aloneOf({ data, cacheDir, close: async () => {} }, base),
    ...(csv !== undefined && {
      csv,
      ...(labelColumn !== undefined && { labelColumn }),
      ...(groupColumn !== undefined && { groupColumn }),
    }),
  };
}

export function syntheticOptions(place: PicturePlace, { csv }: NamedSet, base: PrepareOptions): PrepareOptions {
  const { cacheDir } = place;
  const { groupColumn: _, ...beside } = optionsBeside({ data: place.data, csv }, base);
  return { ...beside, ...(csv === undefined && tableOf(place, csv, base)), cacheDir };
}
