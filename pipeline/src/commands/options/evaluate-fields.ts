/**
 * The options of the images that `pipeline evaluate` compares with: those of `pipeline prepare`, with the changes below.
 * What is left out is as in training, so that the images held out are those of training.
 */

import { basename, resolve } from 'node:path';
import type { TrainedOn } from '@onnoise/base/folders';
import { shellWord } from '@onnoise/base/text';
import {
  chooseImages,
  FROM_CARD,
  FROM_CARD_WITH_CSV,
  FROM_CARD_WITH_DATA,
  IMAGE_FIELDS,
  type ImagesOfEvaluation,
  type NamedImages,
  placeWord,
} from '@onnoise/evaluation/options';
import type { ImageShape } from '@onnoise/scheduler/model';
import type { Options } from 'yargs';
import { tableOptions, typedValues } from './tables.ts';

const TEST = {
  'test-data': 'Real images to compare with, instead of those held out of training; given as for --data',
  'test-csv': 'CSV file of --test-data, with the same columns as --csv',
  'test-masks': 'Masks of --test-data, given as for --masks',
  'test-condition-images': 'Condition images of --test-data, given as for --condition-images',
} as const;

export function evaluateDataOptions(group: string): Record<string, Options> {
  const options = tableOptions(IMAGE_FIELDS, group);
  const { source, csv, labelColumn, groupColumn, conditionColumns, size, channels } = IMAGE_FIELDS;
  const change = (flag: string, changes: Options) => {
    options[flag] = { ...options[flag], ...changes };
  };
  for (const { flag } of [labelColumn, groupColumn, conditionColumns]) change(flag, { implies: csv.flag });
  for (const key of FROM_CARD_WITH_DATA) {
    change(IMAGE_FIELDS[key].flag, { defaultDescription: 'as in training, if --data is' });
  }
  change(IMAGE_FIELDS.maskClasses.flag, { defaultDescription: 'as in training' });
  for (const key of [...FROM_CARD, ...FROM_CARD_WITH_CSV]) {
    change(IMAGE_FIELDS[key].flag, { defaultDescription: 'as in training' });
  }
  change(source.flag, { defaultDescription: 'digits, if the model was trained on them' });
  change(size.flag, { defaultDescription: "the model's, or that of --pictures" });
  change(channels.flag, { describe: 'Force gray (1) or RGB (3); must be what the model makes' });
  for (const [flag, describe] of Object.entries(TEST)) {
    options[flag] = { group, type: 'string', requiresArg: true, describe };
  }
  for (const flag of Object.keys(TEST)) if (flag !== 'test-data') options[flag]!.implies = 'test-data';
  return options;
}

/** Of the machine alone, and no part of what is measured. */
const LOCAL: readonly string[] = [IMAGE_FIELDS.cacheDir.flag];
const PLACES: readonly string[] = [
  ...(['source', 'csv', 'masks', 'conditionImages'] as const).map((key) => IMAGE_FIELDS[key].flag),
  ...Object.keys(TEST),
];

/** The options of the images that were typed, one each, for a report: `--csv <hands.csv>`, wherever the file lies. */
export function imageWords(args: Readonly<Record<string, unknown>>): string[] {
  const flags = [...new Set(Object.values(IMAGE_FIELDS).map(({ flag }) => flag)), ...Object.keys(TEST)];
  return flags.flatMap((flag) => {
    const value = args[flag];
    if (value === undefined || value === false || LOCAL.includes(flag)) return [];
    if (value === true) return [`--${flag}`];
    if (PLACES.includes(flag)) return [`--${flag} ${placeWord(basename(resolve(String(value))))}`];
    return [`--${flag} ${shellWord(wordsOf(value))}`];
  });
}

/** As it may be typed again. */
const wordsOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value)
        .map((pair) => pair.join('='))
        .join(',')
    : String(value);

/** The images that are named, as they were typed. */
export function namedImages(args: Readonly<Record<string, unknown>>): NamedImages {
  const [source, csv, masks, conditionImages] = Object.keys(TEST).map((flag) => args[flag] as string | undefined);
  const test = source === undefined ? undefined : { data: source, csv, masks, conditionImages };
  return { typed: typedValues(IMAGE_FIELDS, args), test };
}

/** @throws InputError as `chooseImages` does */
export function toImages(
  action: string,
  args: Readonly<Record<string, unknown>>,
  shape: ImageShape,
  card: TrainedOn | undefined,
): ImagesOfEvaluation {
  const named = namedImages(args);
  const { data: options, ...others } = chooseImages(action, named, shape, card);
  const carded = options.labelNames !== undefined && !('labelNames' in named.typed);
  return { ...others, data: { ...options, ...(carded && { labelNamesFrom: "the model's training.json" }) } };
}
