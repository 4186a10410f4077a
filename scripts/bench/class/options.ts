/** The options of `npm run bench:class`. */
import { integer } from '@onnoise/scheduler/rules';
import { readTyped } from '../parse.ts';

export const HELP = `npm run bench:class [-- options]   the page for a class, from "npm run web -- --host", by phones on slow lines

  --kilobits <number>  Of a line, a second; default 1600
  --latency <number>   Milliseconds there and back; default 150
  --phones <number>    That fetch a first visit at once, on a fast line; default 30
  --slower <number>    How many times slower than this one a phone's processor is, for the page's own scripts; default 4
  --help               This text
`;

/** Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be */
export function readOptions(args: readonly string[]) {
  const typed = readTyped('measure', HELP, args);
  return (
    typed && {
      kilobits: typed.number('kilobits', integer(1)),
      latency: typed.number('latency', integer(0)),
      phones: typed.number('phones', integer(1)),
      slower: typed.number('slower', integer(1)),
    }
  );
}
