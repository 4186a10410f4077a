/** `pipeline prepare`: makes the prepared images that training would make first, and tells what is in them. */
import type { Argv, CommandModule } from 'yargs';
import { withInterrupt } from '../terminal/interrupt.ts';
import { toNumber } from '../terminal/options.ts';
import { addDataOptions, type DataArguments, toPrepareOptions } from './options/data.ts';
import { describeDataset } from './options/describe-dataset.ts';
import { prepareWithProgress } from './options/prepare-with-progress.ts';

interface PrepareArguments extends DataArguments {
  seed: number | undefined;
}

const DEFAULT_SIZE = 32;

export const command: CommandModule<object, PrepareArguments> = {
  command: 'prepare',
  describe: 'Turn images into the uint8 squares that training reads',
  builder: (cli: Argv) =>
    addDataOptions(cli)
      .demandOption('data', 'Say which images: --data digits, --data <folder>.')
      .default('size', DEFAULT_SIZE)
      .option('seed', {
        group: 'Data:',
        coerce: toNumber('seed'),
        default: 0,
        describe: 'Seed of the validation split',
      })
      .example('$0 prepare --data digits', 'the 10,000 digits')
      .example('$0 prepare --data photos --size 64 --fit pad', 'a folder; one sub-folder a class gives labels')
      .example('$0 prepare --data xrays --csv train.csv --label-column male', 'radiographs with a table'),
  handler: async (args) => {
    const options = toPrepareOptions(args, { seed: args.seed ?? 0, size: DEFAULT_SIZE });
    const dataset = await withInterrupt((signal) => prepareWithProgress(options, signal));
    dataset.close();
    process.stdout.write(`${describeDataset(dataset).join('\n')}\n`);
  },
};
