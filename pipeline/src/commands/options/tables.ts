/** Makes command-line options from a table of settings, and turns what yargs read back into the table's values. */

import { toNames, toNumber } from '@onnoise/base/terminal';
import { type ChannelPatterns, checkPatterns, type Field } from '@onnoise/training/settings';
import type { Options } from 'yargs';

type Table = Readonly<Record<string, Field>>;

/** By flag. Defaults are only shown in the help: if yargs set them, they would look typed. */
export function tableOptions(table: Table, group: string): Record<string, Options> {
  return Object.fromEntries(Object.values(table).map((field) => [field.flag, optionOf(field, group)]));
}

function optionOf(field: Field, group: string): Options {
  const { flag, describe, default: standard } = field;
  const text = `${describe[0]!.toUpperCase()}${describe.slice(1)}`;
  const shown = standard === undefined || standard === false ? {} : { defaultDescription: String(standard ?? 'off') };
  const base = { group, describe: text, ...shown };
  switch (field.type) {
    case 'boolean':
      return { ...base, type: 'boolean' };
    case 'string':
      return { ...base, type: 'string', requiresArg: true };
    case 'names':
      return { ...base, string: true, requiresArg: true, coerce: toNames(flag) };
    case 'choice':
      // yargs compares what it is coerced to with the choices.
      return {
        ...base,
        choices: field.choices,
        requiresArg: true,
        ...(typeof field.choices[0] === 'number' && { coerce: toNumber(flag) }),
      };
    case 'channels':
      return { ...base, type: 'string', requiresArg: true, coerce: toChannels(flag) };
    case 'size':
      return { ...base, type: 'string', requiresArg: true, coerce: toSize };
    case 'integer':
    case 'number': {
      const parse = toNumber(flag);
      return {
        ...base,
        requiresArg: true,
        coerce: (value: unknown) => (field.off && value === 'off' ? null : parse(value)),
      };
    }
  }
}

/** A number of channels, or a pattern for each. */
function toChannels(flag: string) {
  const toPatterns = toNames(flag, 'a number, or names and their patterns, as flair=*_flair.nii.gz,t1=*_t1.nii.gz');
  const parse = toNumber(flag);
  return (typed: unknown): number | ChannelPatterns | undefined => {
    if (!/[=*]/.test(String(typed))) return parse(typed);
    const patterns = toPatterns(typed);
    if (patterns) checkPatterns('read the options', patterns);
    return patterns;
  };
}

/** A side as a number, else the text: the setting's rule tells what is wrong with it. */
export const toSize = (typed: unknown) => (/^\d+$/.test(String(typed)) ? Number(typed) : typed);

/** The typed values, by the keys of the table. */
export function typedValues(table: Table, args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(table).map(([key, { flag }]) => [key, args[flag]]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
