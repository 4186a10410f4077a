/** Options that `pipeline export` had, and the command that each has moved to. They go with the next version. */

import { program, shellPath } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { Options } from 'yargs';

export interface MovedArguments {
  run?: string | undefined;
  out?: string | undefined;
  model?: string | undefined;
  triton?: string | undefined;
  accelerate?: string | undefined;
  preset?: string | undefined;
  trainStep?: boolean | undefined;
  dtype?: string | undefined;
  quantize?: string | undefined;
  fuse?: string | undefined;
}

const MOVED = ['model', 'triton', 'accelerate', 'preset', 'dtype', 'quantize', 'fuse'] as const;

export function movedOptions(): Record<string, Options> {
  const texts = MOVED.map((name) => [name, { string: true, requiresArg: true, hidden: true }] as const);
  return { ...Object.fromEntries(texts), 'train-step': { boolean: true, hidden: true } };
}

/** @returns the run and the folder. @throws InputError where one is missing, or with the new line for an option that has moved */
export function refuseMoved(args: MovedArguments): { run: string; out: string } {
  const { run, out } = args;
  const moved = newLine(args);
  if (moved !== undefined) {
    const [name, line] = moved;
    throw new InputError(`Cannot export: ${name} has moved to another command. Use: ${line}`);
  }
  const example = (line: string) => `Try: ${program('export')} ${line}`;
  if (run === undefined) {
    throw new InputError(
      `Cannot export: --run must name a run to export, received nothing. ${example('--run runs/digits --out out/digits')}`,
    );
  }
  if (out === undefined) {
    throw new InputError(
      `Cannot export: --out must be the model folder to make, received nothing. ${example(`--run ${shellPath(run)} --out out/digits`)}`,
    );
  }
  return { run, out };
}

const FORMAT_OF_DTYPE: Readonly<Record<string, string>> = { float16: 'float16', int8: 'int8-weights' };

/** The first option that has moved, and what does now what was asked for. */
function newLine(args: MovedArguments): [name: string, line: string] | undefined {
  const { run = 'runs/digits', model, triton, accelerate, preset, trainStep, dtype, quantize, fuse } = args;
  const out = args.out ?? 'out/digits';
  const path = (value: string) => shellPath(value);
  const first = args.run === undefined ? '' : `${program('export')} --run ${path(run)} --out ${path(out)}, then `;
  const from = `--model ${path(model ?? out)}`;
  const to = model === undefined ? `${out}-smaller` : out;
  const convert = `${model === undefined ? first : ''}${program('convert')} ${from}`;
  if (accelerate !== undefined) {
    return ['--accelerate', `${program('transfer')} --run ${path(run)} --to accelerate --out ${path(accelerate)}`];
  }
  if (trainStep === true || preset !== undefined) {
    const what = preset === undefined ? `--run ${path(run)}` : `--preset ${preset}`;
    return [
      trainStep === true ? '--train-step' : '--preset',
      `${program('transfer')} ${what} --to tab --out ${path(out)}`,
    ];
  }
  if (fuse !== undefined) return ['--fuse', `${convert} --out ${path(to)} --fuse ${fuse}`];
  if (quantize !== undefined) return ['--quantize', `${convert} --out ${path(to)} --format int8`];
  if (dtype !== undefined && FORMAT_OF_DTYPE[dtype] !== undefined) {
    return ['--dtype', `${convert} --out ${path(to)} --format ${FORMAT_OF_DTYPE[dtype]}`];
  }
  if (dtype !== undefined) return ['--dtype', `${program('export')} --run ${path(run)} --out ${path(out)}`];
  if (triton !== undefined) return ['--triton', `${convert} --triton ${path(triton)}`];
  if (model !== undefined) return ['--model', `${convert} --out ${path(out)} --weights`];
  return undefined;
}
