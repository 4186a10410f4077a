/** The options of `pipeline train` made from the table of settings, and back: from what yargs read to a settings layer. */
import { InputError, show } from '@onnoise/scheduler';
import type { Options } from 'yargs';
import { isVanished, toNumber } from '../../terminal/options.ts';
import type { PartialConfig } from '../../train/config.ts';
import { type Field, fields, type Section } from '../../train/fields.ts';

const groups: Record<Section, string> = { data: 'Data:', training: 'Training:', output: 'Output:' };

/** Defaults are told and not set, so that a preset's settings are only overridden by what was typed. */
export function fieldOptions(section: Section): Record<string, Options> {
  const table = Object.values<Field>(fields[section]);
  return Object.fromEntries(table.map((field) => [field.flag, optionOf(field, groups[section])]));
}

function optionOf(field: Field, group: string): Options {
  const { flag, describe, default: standard } = field;
  const text = `${describe[0]!.toUpperCase()}${describe.slice(1)}`;
  const shown = standard === undefined || standard === false ? {} : { defaultDescription: String(standard) };
  const base = { group, describe: text, ...shown };
  switch (field.type) {
    case 'boolean':
      return { ...base, type: 'boolean' };
    case 'string':
      return { ...base, type: 'string', requiresArg: true };
    case 'choice':
      // yargs compares what was typed with the choices as text.
      return {
        ...base,
        choices: field.choices,
        requiresArg: true,
        ...(typeof field.choices[0] === 'number' && { type: 'number' }),
      };
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

/** What was typed, as the top layer of the settings. */
export function typedLayer(args: Record<string, unknown>): PartialConfig {
  const layer: Record<string, Record<string, unknown>> = {};
  for (const [section, table] of Object.entries<Record<string, Field>>(fields)) {
    for (const [key, { flag }] of Object.entries(table)) {
      if (args[flag] !== undefined) layer[section] = { ...layer[section], [key]: args[flag] };
    }
  }
  for (const section of ['model', 'scheduler'] as const) {
    if (args[section] !== undefined) layer[section] = readDotted(section, args[section]);
  }
  return layer;
}

/** `--model.block_out_channels 32,64 --model.add_attention false`: values are JSON, lists with commas, or words. */
function readDotted(section: string, given: unknown): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InputError(
      `Cannot read the options: --${section} must be given by key, as --${section}.<key> <value>, received ${show(given)}.`,
    );
  }
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, readValue(value)]));
}

function readValue(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    const read = JSON.parse(value);
    // What a number does not hold stays as it was typed, to be refused as that.
    return (Number.isInteger(read) && !Number.isSafeInteger(read)) || isVanished(value) ? value : read;
  } catch {
    if (/^[+-]?(\d+\.?|\d*\.\d+)(e[+-]?\d+)?$/i.test(value) && !/^0\d/.test(value)) return Number(value);
    return value.includes(',') ? value.split(',').map((part) => readValue(part.trim())) : value;
  }
}
