/** The options that say which images: shared by every command that reads a dataset. */
import type { Argv, Options } from 'yargs';
import type { PrepareOptions } from '../../data/types.ts';
import { toNumber } from '../../terminal/options.ts';

const group = 'Data:';

/** Where prepared images are kept, below the folder that the command runs in. */
export const CACHE_DIR = '.cache/onnoise';

/** No defaults for size and channels: a preset may know them better. */
export const dataOptions = {
  data: {
    group,
    type: 'string',
    requiresArg: true,
    describe: '"digits" (built in), a folder of images, or MNIST-style IDX files',
  },
  csv: { group, type: 'string', requiresArg: true, describe: 'CSV whose column "id" names the images <id>.png' },
  'label-column': { group, type: 'string', requiresArg: true, describe: 'CSV column that holds the class' },
  size: { group, coerce: toNumber('size'), requiresArg: true, describe: 'Side of the square images in pixels' },
  channels: {
    group,
    choices: [1, 3],
    coerce: Number,
    requiresArg: true,
    describe: 'Force gray (1) or RGB (3); default: gray if no image has colour',
  },
  fit: {
    group,
    choices: ['crop', 'pad'],
    default: 'crop',
    describe: 'Keep the middle square, or keep everything and fill up with the background',
  },
  background: {
    group,
    choices: ['black', 'white'],
    default: 'black',
    describe: 'Behind transparent pixels and in padding',
  },
  'validation-share': {
    group,
    coerce: toNumber('validation-share'),
    requiresArg: true,
    default: 0.05,
    describe: 'Share of the images held out, 0 to below 1',
  },
  strict: { group, type: 'boolean', default: false, describe: 'Stop at the first image that cannot be used' },
  'cache-dir': { group, type: 'string', default: CACHE_DIR, describe: 'Folder for prepared images' },
} as const satisfies Record<string, Options>;

/** What yargs makes of `dataOptions`. */
export interface DataArguments {
  data?: string | undefined;
  csv?: string | undefined;
  labelColumn?: string | undefined;
  size?: number | undefined;
  channels?: number | undefined;
  fit: string;
  background: string;
  validationShare: number;
  strict: boolean;
  cacheDir: string;
}

export function addDataOptions<T>(cli: Argv<T>): Argv<T & DataArguments> {
  return cli.options(dataOptions) as unknown as Argv<T & DataArguments>;
}

/** The arguments as options of `prepareDataset`, which checks them; `size`, `channels` and `data` where the user gave none. */
export function toPrepareOptions(
  args: DataArguments,
  { seed, ...fallback }: { seed: number; data?: string; size?: number; channels?: 1 | 3 | undefined },
): PrepareOptions {
  const channels = args.channels ?? fallback.channels;
  return {
    data: args.data ?? fallback.data ?? '',
    csv: args.csv,
    labelColumn: args.labelColumn,
    size: args.size ?? fallback.size ?? Number.NaN,
    ...(channels !== undefined && { channels: channels as 1 | 3 }),
    fit: args.fit as PrepareOptions['fit'],
    background: args.background as 'black' | 'white',
    validationShare: args.validationShare,
    seed,
    strict: args.strict,
    cacheDir: args.cacheDir,
  };
}
