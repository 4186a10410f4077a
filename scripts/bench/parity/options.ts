/** The options of `npm run bench:parity`. */
import { check, integer, number, oneOf, worded } from '@onnoise/scheduler/rules';
import { FEATURE_WIDTH } from '#evaluation/features/index.ts';
import { fewestImages } from '#evaluation/measures/index.ts';
import { readTyped } from '../parse.ts';
import type { Sampling } from './sample.ts';
import { DATA } from './setup.ts';

export const HELP = `npm run bench:parity [-- options]   training here beside training in PyTorch and diffusers

  --data <name>            ${Object.keys(DATA).join(' or ')}, default digits; may be given more than once
  --seeds <number>         Seeds of training, from 0 on; default 3
  --steps <number>         Steps of training; default 1000
  --count <number>         Pictures of each model that are measured; default 1000
  --sample-steps <number>  Steps of DDIM; default 50
  --eta <number>           DDIM's noise, 0 (none) to 1 (DDPM's); default 1
  --help                   This text

PYTHON names a Python with torch and diffusers, default python3: CONTRIBUTING.md says how to make one.
`;

export interface Options {
  /** Names of data sets, each once. */
  data: string[];
  seeds: number;
  /** Of training. */
  steps: number;
  sampling: Sampling;
}

const ACTION = 'compare';
const FEWEST = fewestImages(FEATURE_WIDTH);

/** Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be */
export function readOptions(args: readonly string[]): Options | undefined {
  const typed = readTyped(ACTION, HELP, args);
  if (!typed) return undefined;
  return {
    data: [...new Set(typed.list('data')!.map((name) => check(ACTION, '--data', oneOf(Object.keys(DATA)), name)))],
    seeds: typed.number('seeds', integer(1)),
    steps: typed.number('steps', integer(1)),
    sampling: {
      count: typed.number('count', worded(`at least ${FEWEST}, more than the features of a picture`, integer(FEWEST))),
      steps: typed.number('sample-steps', integer(1)),
      eta: typed.number('eta', number({ min: 0, max: 1 })),
    },
  };
}
