/** The options of `npm run bench:web`. */
import { check, integer } from '@onnoise/scheduler/rules';
import { parseOnlyOptions, typedNumber } from '../parse.ts';

export const HELP = `npm run bench:web [-- options]   the page's runtime beside TensorFlow.js, in one page of a browser

  --rounds <number>  Turns of each side, after one to warm up; default 3
  --help             This text
`;

/** Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be */
export function readOptions(args: readonly string[]): { rounds: number } | undefined {
  const values = parseOnlyOptions(args, {
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  });
  return values.help ? undefined : { rounds: check('measure', '--rounds', integer(1), typedNumber(values.rounds)) };
}
