/** `pipeline prepare`: makes the prepared images that training would make first, and tells what is in them. */
import type { CommandModule } from 'yargs';
import { FITS, type PrepareOptions } from '../data/types.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { toNumber } from '../terminal/options.ts';
import { sayResult } from '../terminal/voice.ts';
import { describeDataset, summariseDataset } from './stages/describe-dataset.ts';
import { prepareWithProgress } from './stages/prepare-with-progress.ts';

/** The options of `pipeline prepare`; its help tells their meaning. `train` has the same under the same names. */
export interface PrepareArguments {
  data: string;
  csv?: string | undefined;
  'label-column'?: string | undefined;
  size: number | undefined;
  channels?: number | undefined;
  fit: string;
  background: string;
  'validation-share': number | undefined;
  seed: number | undefined;
  strict: boolean;
  'cache-dir': string;
}

const IMAGES = 'Which images';
const SHAPE = 'What becomes of them';

export const command: CommandModule<object, PrepareArguments> = {
  command: 'prepare',
  describe: 'Turn images into the uint8 squares that training reads',
  builder: (yargs) =>
    yargs
      .options({
        data: {
          group: IMAGES,
          type: 'string',
          requiresArg: true,
          demandOption: true,
          describe: '"digits" (built in), a folder of images, or MNIST-style IDX files',
        },
        csv: {
          group: IMAGES,
          type: 'string',
          requiresArg: true,
          describe: 'CSV whose column "id" names the images <id>.png; commas, semicolons or tabs',
        },
        'label-column': {
          group: IMAGES,
          type: 'string',
          requiresArg: true,
          implies: 'csv',
          describe: 'CSV column that holds the class',
        },
        strict: {
          group: IMAGES,
          type: 'boolean',
          default: false,
          describe: 'Stop at the first image that cannot be used',
        },
        size: {
          group: SHAPE,
          requiresArg: true,
          coerce: toNumber('size'),
          default: 32,
          describe: 'Side of the square images in pixels; pictures are resized by Lanczos',
        },
        channels: {
          group: SHAPE,
          type: 'number',
          requiresArg: true,
          choices: [1, 3],
          describe: '1 makes gray, 3 makes RGB  [default: gray if no image has colour]',
        },
        fit: {
          group: SHAPE,
          requiresArg: true,
          choices: FITS,
          default: 'crop',
          describe: 'How pictures become squares: crop keeps the middle, pad adds a border, stretch distorts',
        },
        background: {
          group: SHAPE,
          requiresArg: true,
          choices: ['black', 'white'],
          default: 'black',
          describe: 'Behind transparent pixels and in padding',
        },
        'validation-share': {
          group: SHAPE,
          requiresArg: true,
          coerce: toNumber('validation-share'),
          default: 0.05,
          describe: 'Share of the images held out, 0 to below 1',
        },
        seed: {
          group: SHAPE,
          requiresArg: true,
          coerce: toNumber('seed'),
          default: 0,
          describe: 'Seed of the choice of the held-out images',
        },
        'cache-dir': {
          group: SHAPE,
          type: 'string',
          requiresArg: true,
          default: '.cache/onnoise',
          describe: 'Folder for prepared images',
        },
      })
      .example('$0 prepare --data digits', 'The 10,000 digits.')
      .example('$0 prepare --data photos --size 64', 'A folder; one sub-folder a class gives labels.')
      .example('$0 prepare --data xrays --csv train.csv', 'Radiographs with a table.'),
  handler: async (args) => {
    const dataset = await withInterrupt((signal) => prepareWithProgress(toPrepareOptions(args), signal));
    dataset.close();
    sayResult(describeDataset(dataset), summariseDataset(dataset));
  },
};

/** The arguments as options of `prepareDataset`, which checks them. */
function toPrepareOptions(args: PrepareArguments): PrepareOptions {
  const { data, csv, strict } = args;
  return {
    data,
    csv,
    labelColumn: args['label-column'],
    strict,
    cacheDir: args['cache-dir'],
    size: args.size!,
    ...(args.channels !== undefined && { channels: args.channels as 1 | 3 }),
    fit: args.fit as PrepareOptions['fit'],
    background: args.background as 'black' | 'white',
    validationShare: args['validation-share']!,
    seed: args.seed!,
  };
}
