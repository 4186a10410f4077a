/**
 * Values of command-line options. The option is named as it is typed, and what was typed is shown.
 * yargs' own `number: true` turns a wrong word into NaN; these refuse it.
 */
import { InputError } from '@onnoise/scheduler';

/** A yargs `coerce` for one number; whether it is in range is the library's to say. */
export function toNumber(option: string): (value: unknown) => number | undefined {
  return (value) => (value === undefined ? undefined : parse(option, value));
}

/** An option for one number; `standard` is shown as its default. */
export function numberOption(option: string, group: string, describe: string, standard?: string) {
  const shown = standard === undefined ? {} : { defaultDescription: standard };
  return { group, describe, requiresArg: true, coerce: toNumber(option), ...shown };
}

/** A yargs `coerce` for numbers with commas between them: `0,1,2`. Spaces do not matter. */
export function toNumbers(option: string): (value: unknown) => number[] | undefined {
  return (value) => {
    if (value === undefined) return undefined;
    return String(value)
      .split(',')
      .map((part) => parse(option, part, 'numbers with commas between them, as 0,1,2', value));
  };
}

function parse(option: string, value: unknown, rule = 'a number', whole: unknown = value): number {
  const text = String(value).trim();
  const number = Number(text);
  // Digits beyond this would be read as other ones.
  if (/^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number)) {
    throw new InputError(`Cannot read the options: --${option} must be at most 2^53 - 1 in size, received ${text}.`);
  }
  if (text !== '' && Number.isFinite(number)) return number;
  throw new InputError(`Cannot read the options: --${option} must be ${rule}, received "${String(whole)}".`);
}
