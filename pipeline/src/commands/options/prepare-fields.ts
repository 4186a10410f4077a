/** The options of `pipeline prepare`: the image options of `pipeline train`, with the changes below. */

import type { PrepareOptions } from '@onnoise/training/data';
import { dataFields, defaultsOf, type Field, SEED } from '@onnoise/training/settings';
import type { Options } from 'yargs';
import { tableOptions, typedValues } from './tables.ts';

const TABLE = {
  ...dataFields,
  // `train` takes the size from a preset; here nothing else sets it
  size: { ...dataFields.size, default: 32 },
  seed: { ...SEED, describe: 'seed that chooses which images are held out' },
} as const satisfies Record<string, Field>;

export function prepareFieldOptions(group: string): Record<string, Options> {
  const options = tableOptions(TABLE, group);
  const { source, csv, labelColumn, groupColumn, conditionColumns } = TABLE;
  // A run's settings may name the images; here only the command line can.
  options[source.flag] = { ...options[source.flag], demandOption: true };
  for (const { flag } of [labelColumn, groupColumn, conditionColumns])
    options[flag] = { ...options[flag], implies: csv.flag };
  return options;
}

/** The typed options over the defaults, as options of `prepareDataset`, which checks them. */
export function toPrepareOptions(args: Readonly<Record<string, unknown>>): PrepareOptions {
  const { source, ...others } = { ...defaultsOf(TABLE), ...typedValues(TABLE, args) };
  return { data: source, ...others } as unknown as PrepareOptions;
}
