/** The options of `npm run bench:judge`. */
import { InputError, integer } from '@onnoise/scheduler/rules';
import { readTyped } from '../parse.ts';
import { parseCase } from './cases.ts';

export const HELP = `npm run bench:judge [-- options]   how good the pictures of a model are, for each way of sampling

  --mnist <folder>  MNIST's IDX files, to train the judge; not needed once there is one
  --model <folder>  Model folder of digits; default models/digits
  --count <number>  Pictures for each way; default 1000
  --case <words>    A way, such as 'ddim 10 eta=0.5'; may be given more than once; default: all
  --chart <file>    Draw the distances as PNG, too
  --help            This text
`;

const ACTION = 'judge';

/**
 * Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be
 * @param judged whether there is a judge already
 */
export function readOptions(args: readonly string[], judged: boolean) {
  const typed = readTyped(ACTION, HELP, args);
  if (!typed) return undefined;
  const [mnist, cases] = [typed.text('mnist'), typed.list('case')];
  if (mnist === undefined && !judged) {
    throw new InputError(
      `Cannot ${ACTION}: --mnist must be a folder with MNIST's IDX files while there is no judge, received none.`,
    );
  }
  for (const words of cases ?? []) parseCase(words);
  const count = typed.number('count', integer(2));
  return { mnist, model: typed.text('model')!, count, cases, chart: typed.text('chart') };
}
