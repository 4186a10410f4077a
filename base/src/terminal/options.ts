/**
 * Values of command-line options. Errors name the option as typed and show its value.
 * yargs' own `number: true` turns a wrong word into NaN; these refuse it.
 */
import { InputError, number as numberRule, refuse } from '@onnoise/scheduler/rules';

/** A yargs `coerce` for one number; the library checks the range. */
export function toNumber(option: string): (value: unknown) => number | undefined {
  return (value) => (value === undefined ? undefined : parse(option, value));
}

/** An option for one number; `standard` is shown as its default. */
export function numberOption(option: string, group: string, describe: string, standard?: string) {
  const shown = standard === undefined ? {} : { defaultDescription: standard };
  return { group, describe, requiresArg: true, coerce: toNumber(option), ...shown };
}

/**
 * A yargs `coerce` for texts separated by commas: `7,male`. Spaces around them do not matter. A text with a comma must
 * be in double quotes, protected from the shell: `'"Mouse, grey",Dog'`. A quote inside quotes is doubled.
 */
export function toList(option: string, example: string): (value: unknown) => string[] | undefined {
  return (value) => {
    if (value === undefined) return undefined;
    const refuse = () => {
      throw new InputError(
        `Cannot read the options: --${option} must be a list separated by commas, as ${example}, received "${String(value)}".`,
      );
    };
    const list: string[] = [];
    let rest = String(value);
    for (let more = true; more; ) {
      const part = /^\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/.exec(rest) ?? refuse();
      const [whole, quoted, plain] = part;
      const text = plainText(quoted, plain);
      if (text === '') refuse();
      list.push(text);
      rest = rest.slice(whole.length);
      more = part[3] === ',';
    }
    return list;
  };
}

const PAIR = /^\s*(?:"((?:[^"]|"")*)"|([^",=]*))\s*=\s*(?:"((?:[^"]|"")*)"|([^",=]*))\s*(,|$)/;

/**
 * A yargs `coerce` for `False=female,True=male`. A text with a comma or an equals sign must be in double quotes, as in
 * `toList`.
 */
export function toNames(
  option: string,
  rule = 'values and their names, separated by commas, as False=female,True=male',
): (value: unknown) => Record<string, string> | undefined {
  return (value) => {
    if (value === undefined) return undefined;
    const action = 'read the options';
    const names = new Map<string, string>();
    let rest = String(value);
    for (let more = true; more; ) {
      const part = PAIR.exec(rest) ?? refuse(action, `--${option}`, rule, String(value));
      const [key, name] = [plainText(part[1], part[2]), plainText(part[3], part[4])];
      if (key === '' || name === '') refuse(action, `--${option}`, rule, String(value));
      if (names.has(key)) {
        throw new InputError(`Cannot ${action}: --${option} must name ${key} once, received it twice.`);
      }
      names.set(key, name);
      rest = rest.slice(part[0].length);
      more = part[5] === ',';
    }
    return Object.fromEntries(names);
  };
}

/** A text that was typed in double quotes, or without. */
const plainText = (quoted: string | undefined, plain = ''): string =>
  quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"');

/** A yargs `coerce` for `name=1` or `name=1,2,3`, given any number of times. */
export function toValues(option: string, example: string) {
  return (typed: string[] | undefined): Record<string, number[]> | undefined => {
    if (typed === undefined) return undefined;
    const values = new Map<string, number[]>();
    for (const text of typed) {
      const [, name, list] =
        /^\s*([^=\s]+)\s*=(.+)$/.exec(text) ??
        refuse('read the options', `--${option}`, `a name and its values, as ${example}`, text);
      if (values.has(name!)) {
        throw new InputError(`Cannot read the options: --${option} ${name} must be given once, received it twice.`);
      }
      values.set(
        name!,
        list!.split(',').map((value) => parse(`${option} ${name}`, value)),
      );
    }
    return Object.fromEntries(values);
  };
}

/** A yargs `coerce` for two numbers: `100,900`. */
export function toInterval(option: string, example = '100,900'): (value: unknown) => [number, number] | undefined {
  return (value) => {
    if (value === undefined) return undefined;
    const parts = String(value).split(',');
    if (parts.length !== 2) refuse('read the options', `--${option}`, `two numbers, as ${example}`, String(value));
    return parts.map((part) => parse(option, part)) as [number, number];
  };
}

function parse(option: string, value: unknown): number {
  const text = String(value).trim();
  const number = Number(text);
  // Larger numbers would change their digits.
  if (/^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number)) {
    throw new InputError(`Cannot read the options: --${option} must be at most 2^53 - 1 in size, received ${text}.`);
  }
  if (isVanished(text)) {
    throw new InputError(
      `Cannot read the options: --${option} must be 0 or at least ${Number.MIN_VALUE} in size, received ${text}.`,
    );
  }
  if (text !== '' && Number.isFinite(number)) return number;
  return refuse('read the options', `--${option}`, numberRule().words, String(value));
}

/** True for a typed number so near to 0 that it would be read as 0: `1e-400`. */
export function isVanished(text: string): boolean {
  return Number(text) === 0 && /^[+-]?[\d.]*[1-9]/.test(text.trim());
}
