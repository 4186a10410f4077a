/** The options of `pipeline prepare`: those of the images that `pipeline train` has, but for what is said here. */
import type { Options } from 'yargs';
import type { PrepareOptions } from '../../data/types.ts';
import { dataFields } from '../../train/data-fields.ts';
import { defaultsOf, type Field, SEED } from '../../train/field.ts';
import { tableOptions, typedValues } from './tables.ts';

/** Images are mirrored while they are trained on. */
const { flip: _, ...images } = dataFields;

const TABLE = {
  ...images,
  // a preset has a size, here nothing else says one
  size: { ...images.size, default: 32 },
  seed: { ...SEED, describe: 'seed of the choice of the images held out' },
} as const satisfies Record<string, Field>;

export function prepareFieldOptions(group: string): Record<string, Options> {
  const options = tableOptions(TABLE, group);
  const { source, labelColumn, csv } = TABLE;
  // What a run's settings may say, only the command line says here.
  options[source.flag] = { ...options[source.flag], demandOption: true };
  options[labelColumn.flag] = { ...options[labelColumn.flag], implies: csv.flag };
  return options;
}

/** What was typed over the defaults, as options of `prepareDataset`, which checks them. */
export function toPrepareOptions(args: Readonly<Record<string, unknown>>): PrepareOptions {
  const { source, ...others } = { ...defaultsOf(TABLE), ...typedValues(TABLE, args) };
  return { data: source, ...others } as unknown as PrepareOptions;
}
