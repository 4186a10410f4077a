/** The options of the images of `pipeline utility`: those of `pipeline prepare`, and of images to test on and synthetic ones. */
import { UTILITY_FIELDS } from '@onnoise/evaluation/options';
import type { Options } from 'yargs';
import { textOption } from './command.ts';
import { tableOptions, typedValues } from './tables.ts';

const TEST = {
  'test-data': 'Real images to test on, instead of those held out of --data; given as for --data',
  'test-csv': 'CSV file of --test-data, with the same columns as --csv',
} as const;

const SYNTHETIC = {
  'synthetic-csv': 'CSV file of --synthetic, with the same columns as --csv',
} as const;

export function utilityDataOptions(group: string): Record<string, Options> {
  const options = tableOptions(UTILITY_FIELDS, group);
  const { source, csv, labelColumn, groupColumn, size, channels } = UTILITY_FIELDS;
  const change = (flag: string, changes: Options) => {
    options[flag] = { ...options[flag], ...changes };
  };
  for (const { flag } of [labelColumn, groupColumn]) change(flag, { implies: csv.flag });
  change(source.flag, { demandOption: true });
  change(size.flag, { defaultDescription: 'that of all images, if it is one' });
  change(channels.flag, { describe: 'Force gray (1) or RGB (3)', defaultDescription: 'those of all images' });
  for (const [flag, describe] of Object.entries(TEST)) options[flag] = textOption(describe, { group });
  options['test-csv']!.implies = 'test-data';
  return options;
}

export const syntheticOptions = (group: string): Record<string, Options> => ({
  synthetic: textOption(
    'Synthetic images: a folder, with a sub-folder for each class or --synthetic-csv; a ZIP, .npy or .npz, IDX files, or shards of generate',
    { group, demandOption: true },
  ),
  ...Object.fromEntries(Object.entries(SYNTHETIC).map(([flag, describe]) => [flag, textOption(describe, { group })])),
});

/** The images that are named, as they were typed. */
export function namedSets(args: Readonly<Record<string, unknown>>) {
  const text = (flag: string) => args[flag] as string | undefined;
  const data = text('test-data');
  return {
    typed: typedValues(UTILITY_FIELDS, args),
    test: data === undefined ? undefined : { data, csv: text('test-csv') },
    synthetic: { data: text('synthetic')!, csv: text('synthetic-csv') },
  };
}

/** The options of `pipeline utility`; those of the images are read by `namedSets`. */
export interface UtilityArguments {
  realCount?: number[] | undefined;
  seeds: number;
  steps: number;
  syntheticShare: number;
  minutes?: number | undefined;
  out: string;
  dryRun: boolean;
  [option: string]: unknown;
}
