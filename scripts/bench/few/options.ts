/** The options of `npm run bench:few`. */
import { integer } from '@onnoise/scheduler/rules';
import { readTyped } from '../parse.ts';

export const HELP = `npm run bench:few [-- options]   a student of few calls beside its teacher and diffusers, as a user meets them

  --teacher <folder>   Model folder; default models/hands
  --student <folder>   Model folder that draws what the teacher draws; may be given more than once; default models/hands-2
  --rounds <number>    Turns of each, after 2 to warm up; default 7
  --pictures <number>  Of a batch, 2 to 16; default 16
  --clients <number>   Of the server, at a time; default 4
  --json <file>        Also write the figures and all rounds
  --busy               Measure even if other programs use the processor
  --help               This text

PYTHON names a Python with diffusers, torch and safetensors, default python3. Without them only our sides are measured.
`;

export interface Options {
  teacher: string;
  students: readonly string[];
  rounds: number;
  pictures: number;
  clients: number;
  json: string | undefined;
  busy: boolean;
}

/** What the server draws for a request at most, by default. */
const MOST_PICTURES = 16;

/** Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be */
export function readOptions(args: readonly string[]): Options | undefined {
  const typed = readTyped('measure', HELP, args);
  return (
    typed && {
      teacher: typed.text('teacher')!,
      students: typed.list('student')!,
      rounds: typed.number('rounds', integer(1)),
      pictures: typed.number('pictures', integer(2, MOST_PICTURES)),
      clients: typed.number('clients', integer(2)),
      json: typed.text('json'),
      busy: typed.flag('busy'),
    }
  );
}
