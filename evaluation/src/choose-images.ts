/** Which images an evaluation compares with: those that the user names, prepared and split as in training. */

import type { TrainedOn } from '@onnoise/base/folders';
import { MAX_SIZE } from '@onnoise/base/pictures';
import { extentOf, type ImageShape, pictureSize, pictureSizeOf } from '@onnoise/scheduler/model';
import { check, InputError, oneOf, worded } from '@onnoise/scheduler/rules';
import { channelCount, isArrayName, isPatterns, type PrepareOptions } from '@onnoise/training/data';
import { dataFields, defaultsOf, type Field, SEED } from '@onnoise/training/settings';

// What masks are for, the model says.
const { maskRole: _, ...imageFields } = dataFields;

export const IMAGE_FIELDS = {
  ...imageFields,
  // `--seed` is that of the pictures
  seed: { ...SEED, flag: 'split-seed', describe: 'seed that chooses which images are held out' },
} as const satisfies Record<string, Field>;

/** Settings that say how images are prepared, split, and named; the others name files of this machine. */
export const FROM_CARD = [
  ...(['depth', 'fit', 'background', 'window', 'frames', 'axis', 'layout'] as const),
  ...(['labelNames', 'validationShare', 'seed'] as const),
];
/** Those that also need a table. */
export const FROM_CARD_WITH_CSV = ['labelColumn', 'groupColumn', 'conditionColumns'] as const;
/** Those of masks. Places of this machine count where the images are named by the same one as in training. */
const FROM_CARD_WITH_MASKS = ['maskClasses'] as const;
export const FROM_CARD_WITH_DATA = ['masks', 'conditionImages'] as const;

/** What the user says of the images. */
export interface NamedImages {
  /** Settings of `IMAGE_FIELDS` that were given. */
  typed: Readonly<Record<string, unknown>>;
  /** Images to compare with, in place of those that training held out. */
  test?: TestImages | undefined;
}

export interface TestImages {
  data: string;
  csv?: string | undefined;
  /** What lies beside them, for a model that is told it or draws it. */
  masks?: string | undefined;
  conditionImages?: string | undefined;
}

const OF_MODEL = { pictures: "the model's pictures", learnt: 'the images that the model was trained on' };

export interface ImagesOfEvaluation {
  data: PrepareOptions;
  /** Images that training has not seen; by default those that it held out. */
  test: PrepareOptions | undefined;
  /** Whether the user says how many channels the images shall have. */
  forced: boolean;
}

/**
 * @param called what sentences call the pictures, and the images that these were made from
 * @throws InputError for another size or other channels than theirs, and where no images are named.
 */
export function chooseImages(
  action: string,
  { typed, test }: NamedImages,
  [channels, height, width]: ImageShape,
  card: TrainedOn | undefined,
  called = OF_MODEL,
): ImagesOfEvaluation {
  const size = pictureSizeOf({ width, height });
  if (Math.max(width, height) > MAX_SIZE) {
    throw new InputError(
      `Cannot ${action}: ${called.pictures} must be at most ${MAX_SIZE} a side, they are ${width} x ${height}.`,
    );
  }
  const own = <T extends string | number>(value: T, words: string) =>
    worded(`${value}, ${words} ${called.pictures}`, oneOf([value]));
  if (typed.size !== undefined) {
    const asked = check(action, '--size', pictureSize(MAX_SIZE), typed.size);
    check(action, '--size', own(size, 'the size of'), pictureSizeOf(extentOf(asked)));
  }
  const given = typed.channels as PrepareOptions['channels'];
  if (given !== undefined) check(action, '--channels', own(channels, 'the channels of'), channelCount(given));
  const settings: Readonly<Record<string, unknown>> = { ...card?.data, seed: card?.seed };
  const keys = keysFromCard(typed, settings);
  const carded = Object.fromEntries(keys.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])));
  const source = typed.source ?? (settings.source === 'digits' ? 'digits' : undefined);
  if (source === undefined) {
    const which = typeof settings.source === 'string' ? `, ${settings.source} by its training.json` : '';
    throw new InputError(`Cannot ${action}: --data must name ${called.learnt}${which}, received nothing.`);
  }
  const patterns = isPatterns(settings.channels as PrepareOptions['channels']) ? settings.channels : undefined;
  const { source: _, ...others }: Record<string, unknown> = { ...defaultsOf(IMAGE_FIELDS), ...carded, ...typed };
  const prepare = {
    ...others,
    data: source,
    size,
    channels: given ?? patterns ?? channels,
  } as unknown as PrepareOptions;
  const data = typed.layout === undefined ? withoutLayout(prepare) : prepare;
  return { data, test: test && testOptions(test, data), forced: given !== undefined };
}

/** Settings that are as in training where nothing else is typed. */
function keysFromCard(typed: NamedImages['typed'], settings: Readonly<Record<string, unknown>>): readonly string[] {
  const beside = [typed.masks, typed.conditionImages];
  // Masks may be a column of a table that nobody names.
  const tables = settings.csv === undefined || typed.csv !== undefined;
  const same = typed.source === settings.source && tables && beside.every((place) => place === undefined);
  const masks = typed.masks ?? (same ? settings.masks : undefined);
  return [
    ...FROM_CARD,
    ...(typed.csv === undefined ? [] : FROM_CARD_WITH_CSV),
    ...(same ? FROM_CARD_WITH_DATA : []),
    ...(masks === undefined ? [] : FROM_CARD_WITH_MASKS),
  ];
}

/** Only arrays have a layout. */
function withoutLayout({ layout, ...options }: PrepareOptions): PrepareOptions {
  return isArrayName(options.data) ? { ...options, layout } : options;
}

/** All of the test images, prepared in the same way; they may have fewer classes, so `openRealImages` renames them. */
function testOptions({ data: source, csv, masks, conditionImages }: TestImages, data: PrepareOptions): PrepareOptions {
  const { csv: _, labelColumn, labelNames: __, groupColumn: ___, conditionColumns, ...kept } = data;
  const { masks: ____, conditionImages: _____, maskClasses, ...others } = kept;
  const beside = masks === undefined ? { conditionImages } : { masks, maskClasses };
  const table = csv === undefined ? {} : { csv, labelColumn, conditionColumns };
  return withoutLayout({ ...others, ...beside, data: source, ...table, validationShare: 0 });
}
