/** Which form `pipeline convert` is asked for: one at a time. */

import { program, shellPath } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { FormatRequest } from '../../export/formats/make-smaller.ts';
import type { TableOptions } from '../../export/fuse/table-file.ts';
import { type FormatArguments, formatOfArguments } from './formats.ts';
import { type FuseArguments, readFuse } from './fuse.ts';

/** The options of `pipeline convert`; its help explains them. */
export interface ConvertArguments extends FormatArguments, FuseArguments {
  model: string;
  out?: string | undefined;
  weights?: boolean | undefined;
}

export type Form =
  | { kind: 'smaller'; out: string; request: Omit<FormatRequest, 'judge'> }
  | { kind: 'fused'; out: string; table: TableOptions }
  | { kind: 'weights'; out: string };

/** @throws InputError for no form, for two, and for options that do not go together */
export function chooseForm(args: ConvertArguments): Form {
  const { model, out, weights } = args;
  const refuse = (rule: string, received: string, command: string): never => {
    throw new InputError(`Cannot convert: ${rule}, received ${received}. Try: ${program('convert')} ${command}`);
  };
  const request = formatOfArguments(args);
  const table = readFuse(args);
  const line = (rest: string) => `--model ${shellPath(model)} ${rest}`;
  const given = Object.entries({ format: request, fuse: table, weights: weights || undefined });
  const forms = given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]));
  if (forms.length === 0) {
    refuse('one of --format, --fuse and --weights must be given', 'none', line('--out out/smaller --format float16'));
  }
  if (forms.length > 1) {
    refuse(
      'one of --format, --fuse and --weights must be given at a time',
      forms.join(' and '),
      line(
        `--out out/first ${forms[0] === '--format' ? `--format ${request!.format}` : forms[0] === '--fuse' ? '--fuse loop' : forms[0]}`,
      ),
    );
  }
  if (out === undefined) {
    const rest = request ? `--format ${request.format}` : table ? '--fuse loop' : '--weights';
    return refuse('--out must be the model folder to write', 'none', line(`--out out/converted ${rest}`));
  }
  if (request) return { kind: 'smaller', out, request };
  return table ? { kind: 'fused', out, table } : { kind: 'weights', out };
}
