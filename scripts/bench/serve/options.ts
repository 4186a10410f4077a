/** The options of `npm run bench:serve`. */
import { integer, number } from '@onnoise/scheduler/rules';
import { readTyped } from '../parse.ts';

export const HELP = `npm run bench:serve [-- options]   the server beside itself without batching, and the bare network

  --model <folder>    Model folder; default models/digits
  --rounds <number>   Turns of each way; default 5
  --seconds <number>  Of each number of clients; default 20
  --steps <number>    Calls of the network for a picture; default 50
  --help              This text
`;

/** Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be */
export function readOptions(args: readonly string[]) {
  const typed = readTyped('measure the server', HELP, args);
  return (
    typed && {
      model: typed.text('model')!,
      rounds: typed.number('rounds', integer(1)),
      seconds: typed.number('seconds', number({ above: 0 })),
      steps: typed.number('steps', integer(1)),
    }
  );
}
