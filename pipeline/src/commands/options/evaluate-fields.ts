/**
 * The options of the images that `pipeline evaluate` compares with: those of `pipeline prepare`, with the changes below.
 * What is left out is as the model card says of training, so that the images held out are those of training.
 */
import { check, type ImageShape, InputError, integer, oneOf, worded } from '@onnoise/scheduler';
import type { Options } from 'yargs';
import { MAX_SIZE, type PrepareOptions } from '../../data/types.ts';
import type { TrainedOn } from '../../export/read-card.ts';
import { dataFields } from '../../train/data-fields.ts';
import { defaultsOf, type Field, SEED } from '../../train/field.ts';
import { tableOptions, typedValues } from './tables.ts';

const TABLE = {
  ...dataFields,
  // `--seed` is that of the pictures
  seed: { ...SEED, flag: 'split-seed', describe: 'seed of the choice of the images held out' },
} as const satisfies Record<string, Field>;

/** Settings that say how images are prepared, split, and named; the others name files of this machine. */
const FROM_CARD = ['fit', 'background', 'labelNames', 'validationShare', 'seed'] as const;
/** Those that also need a table. */
const FROM_CARD_WITH_CSV = ['labelColumn', 'conditionColumns'] as const;

const TEST = {
  'test-data': 'Real images to compare with, named as by --data, in place of those that training held out',
  'test-csv': 'CSV of --test-data, with the columns of --csv',
} as const;

export function evaluateDataOptions(group: string): Record<string, Options> {
  const options = tableOptions(TABLE, group);
  const { source, csv, labelColumn, conditionColumns, size, channels } = TABLE;
  const change = (flag: string, changes: Options) => {
    options[flag] = { ...options[flag], ...changes };
  };
  for (const { flag } of [labelColumn, conditionColumns]) change(flag, { implies: csv.flag });
  for (const key of [...FROM_CARD, ...FROM_CARD_WITH_CSV]) {
    change(TABLE[key].flag, { defaultDescription: 'as in the model card' });
  }
  change(source.flag, { defaultDescription: 'digits, if the model was trained on them' });
  change(size.flag, { defaultDescription: 'that of the model' });
  change(channels.flag, { describe: 'Force gray (1) or RGB (3), which must be what the model makes' });
  for (const [flag, describe] of Object.entries(TEST)) {
    options[flag] = { group, type: 'string', requiresArg: true, describe };
  }
  options['test-csv']!.implies = 'test-data';
  return options;
}

export interface ImagesOfEvaluation {
  data: PrepareOptions;
  /** Images that training has not seen; by default those that it held out. */
  test: PrepareOptions | undefined;
  /** Whether the user says how many channels the images shall have. */
  forced: boolean;
}

/** @throws InputError for another size or other channels than the model's, and where no images are named. */
export function toImages(
  action: string,
  args: Readonly<Record<string, unknown>>,
  [channels, height, width]: ImageShape,
  card: TrainedOn | undefined,
): ImagesOfEvaluation {
  const typed = typedValues(TABLE, args);
  if (height !== width || height > MAX_SIZE) {
    throw new InputError(
      `Cannot ${action}: its pictures must be square and at most ${MAX_SIZE} a side, they are ${width} x ${height}.`,
    );
  }
  const own = (value: number, words: string) => worded(`${value}, ${words} the model's pictures`, oneOf([value]));
  if (typed.size !== undefined) {
    check(action, '--size', integer(1, MAX_SIZE), typed.size);
    check(action, '--size', own(width, 'the side of'), typed.size);
  }
  if (typed.channels !== undefined) check(action, '--channels', own(channels, 'the channels of'), typed.channels);
  const keys = typed.csv === undefined ? FROM_CARD : [...FROM_CARD, ...FROM_CARD_WITH_CSV];
  const settings: Readonly<Record<string, unknown>> = { ...card?.data, seed: card?.seed };
  const carded = Object.fromEntries(keys.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])));
  const source = typed.source ?? (settings.source === 'digits' ? 'digits' : undefined);
  if (source === undefined) {
    const which = typeof settings.source === 'string' ? `, ${settings.source} by the model card` : '';
    throw new InputError(
      `Cannot ${action}: --data must name the images that the model was trained on${which}, received nothing.`,
    );
  }
  const { source: _, ...others }: Record<string, unknown> = { ...defaultsOf(TABLE), ...carded, ...typed };
  const data = { ...others, data: source, size: width, channels } as unknown as PrepareOptions;
  return { data, test: testOptions(args, data), forced: typed.channels !== undefined };
}

/** All of `--test-data`, prepared in the same way; it may have fewer classes, so `openRealImages` renames them. */
function testOptions(args: Readonly<Record<string, unknown>>, data: PrepareOptions): PrepareOptions | undefined {
  const [source, csv] = [args['test-data'], args['test-csv']] as (string | undefined)[];
  if (source === undefined) return undefined;
  const { csv: _, labelColumn, labelNames: __, conditionColumns: ___, ...others } = data;
  return { ...others, data: source, ...(csv && { csv, labelColumn }), validationShare: 0 };
}
