/** The options of `npm run bench:judge`. */
import { check, InputError, integer } from '@onnoise/scheduler/rules';
import { parseOnlyOptions, typedNumber } from '../parse.ts';
import { parseCase } from './cases.ts';

export const HELP = `npm run bench:judge [-- options]   how good the pictures of a model are, for each way of sampling

  --mnist <folder>  MNIST's IDX files, to train the judge; not needed once there is one
  --model <folder>  Model folder of digits; default models/digits
  --count <number>  Pictures for each way; default 1000
  --case <words>    A way, such as 'ddim 10 eta=0.5'; may be given more than once; default: all
  --chart <file>    Draw the distances as PNG, too
  --help            This text
`;

export interface Options {
  mnist: string | undefined;
  model: string;
  count: number;
  /** Undefined: all. */
  cases: readonly string[] | undefined;
  chart: string | undefined;
}

const ACTION = 'judge';

/**
 * Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be
 * @param judged whether there is a judge already
 */
export function readOptions(args: readonly string[], judged: boolean): Options | undefined {
  const { mnist, model, count, chart, help, ...values } = parseOnlyOptions(args, {
    mnist: { type: 'string' },
    model: { type: 'string', default: 'models/digits' },
    count: { type: 'string', default: '1000' },
    case: { type: 'string', multiple: true },
    chart: { type: 'string' },
    help: { type: 'boolean', default: false },
  });
  if (help) return undefined;
  if (mnist === undefined && !judged) {
    throw new InputError(
      `Cannot ${ACTION}: --mnist must be a folder with MNIST's IDX files while there is no judge, received none.`,
    );
  }
  for (const words of values.case ?? []) parseCase(words);
  return {
    mnist,
    model,
    count: check(ACTION, '--count', integer(2), typedNumber(count)),
    cases: values.case,
    chart,
  };
}
