/** `pipeline prepare`: makes the prepared images that training would make first, and tells what is in them. */
import type { CommandModule } from 'yargs';
import { withInterrupt } from '../terminal/interrupt.ts';
import { sayResult } from '../terminal/voice.ts';
import { prepareFieldOptions, toPrepareOptions } from './options/prepare-fields.ts';
import { describeDataset, summariseDataset } from './stages/describe-dataset.ts';
import { prepareWithProgress } from './stages/prepare-with-progress.ts';

export const command: CommandModule<object, Record<string, unknown>> = {
  command: 'prepare',
  describe: 'Turn images into the uint8 squares that training reads',
  builder: (yargs) =>
    yargs
      .options(prepareFieldOptions('Data:'))
      .example('$0 prepare --data digits', 'The 10,000 digits.')
      .example('$0 prepare --data photos --size 64', 'A folder; one sub-folder a class gives labels.')
      .example('$0 prepare --data xrays --csv train.csv', 'Radiographs with a table.'),
  handler: async (args) => {
    const dataset = await withInterrupt((signal) => prepareWithProgress(toPrepareOptions(args), signal));
    dataset.close();
    sayResult(describeDataset(dataset), summariseDataset(dataset));
  },
};
