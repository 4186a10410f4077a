/** Prepares in a process of its own and prints the dataset's hash and count: the options as JSON are the one argument. */
import { prepareDataset } from '#training/data/index.ts';
import type { PrepareOptions } from '#training/data/set/types.ts';

const options = JSON.parse(process.argv[2]!) as PrepareOptions;
const { hash, count, cached, close } = await prepareDataset(options, ({ done }) => {
  if (done === 10) process.stderr.write('begun\n');
});
close();
process.stdout.write(JSON.stringify({ hash, count, cached }));
