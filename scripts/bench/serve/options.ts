/** The options of `npm run bench:serve`. */
import { check, integer, number } from '@onnoise/scheduler/rules';
import { parseOnlyOptions, typedNumber } from '../parse.ts';

export const HELP = `npm run bench:serve [-- options]   the server beside itself without batching, and the bare network

  --model <folder>    Model folder; default models/digits
  --rounds <number>   Turns of each way; default 5
  --seconds <number>  Of each number of clients; default 20
  --steps <number>    Calls of the network for a picture; default 50
  --help              This text
`;

export interface Options {
  model: string;
  rounds: number;
  seconds: number;
  steps: number;
}

const ACTION = 'measure the server';

/** Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be */
export function readOptions(args: readonly string[]): Options | undefined {
  const values = parseOnlyOptions(args, {
    model: { type: 'string', default: 'models/digits' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '20' },
    steps: { type: 'string', default: '50' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) return undefined;
  return {
    model: values.model,
    rounds: check(ACTION, '--rounds', integer(1), typedNumber(values.rounds)),
    seconds: check(ACTION, '--seconds', number({ above: 0 }), typedNumber(values.seconds)),
    steps: check(ACTION, '--steps', integer(1), typedNumber(values.steps)),
  };
}
