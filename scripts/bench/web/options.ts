/** The options of `npm run bench:web`. */
import { integer } from '@onnoise/scheduler/rules';
import { readTyped } from '../parse.ts';

export const HELP = `npm run bench:web [-- options]   the page's runtime beside TensorFlow.js, in one page of a browser

  --rounds <number>  Turns of each side, after one to warm up; default 3
  --help             This text
`;

/** Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be */
export function readOptions(args: readonly string[]) {
  const typed = readTyped('measure', HELP, args);
  return typed && { rounds: typed.number('rounds', integer(1)) };
}
