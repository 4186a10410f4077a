/** The options of `npm run bench:parity`. */
import { check, integer, number, oneOf, type Rule, worded } from '@onnoise/scheduler/rules';
import { FEATURE_WIDTH } from '#evaluation/features/index.ts';
import { fewestImages } from '#evaluation/measures/index.ts';
import { parseOnlyOptions, typedNumber } from '../parse.ts';
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
  const values = parse(args);
  if (values.help) return undefined;
  const read = <T>(option: keyof typeof values, rule: Rule<T>) =>
    check(ACTION, `--${option}`, rule, typedNumber(values[option] as string));
  return {
    data: [...new Set(values.data.map((name) => check(ACTION, '--data', oneOf(Object.keys(DATA)), name)))],
    seeds: read('seeds', integer(1)),
    steps: read('steps', integer(1)),
    sampling: {
      count: read('count', worded(`at least ${FEWEST}, more than the features of a picture`, integer(FEWEST))),
      steps: read('sample-steps', integer(1)),
      eta: read('eta', number({ min: 0, max: 1 })),
    },
  };
}

function parse(args: readonly string[]) {
  const word = (usual: string) => ({ type: 'string', default: usual }) as const;
  return parseOnlyOptions(args, {
    data: { type: 'string', multiple: true, default: ['digits'] },
    seeds: word('3'),
    steps: word('1000'),
    count: word('1000'),
    'sample-steps': word('50'),
    eta: word('1'),
    help: { type: 'boolean', default: false },
  });
}
