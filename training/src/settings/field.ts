/**
 * A row of a table of settings: flag, rule, default and meaning. Configuration, command line and help are made from it.
 */
import { type PictureSize, pictureSize } from '@onnoise/scheduler/model';
import { flag, integer, nullable, number, oneOf, type Rule, text, worded } from '@onnoise/scheduler/rules';
import { type ChannelPatterns, channelsRule } from '../data/set/channel-patterns.ts';
import { labelNamesRule } from '../data/set/label-names.ts';
import type { LabelNames } from '../data/set/types.ts';

/**
 * What a continued run may do with a setting:
 *
 * | resume  | the setting                                                                  |
 * |---------|------------------------------------------------------------------------------|
 * | `fixed` | stays that of the checkpoint: another would make another model or run        |
 * | `told`  | may change, and the change is reported                                       |
 * | `free`  | may change, and makes no difference to the model or its pictures             |
 *
 * With `fixedOff` it may not be switched on or off (`null`, or 0 if that is its off), since that decides what a
 * checkpoint holds.
 */
type OnResume = 'fixed' | 'told' | 'free';

interface FieldBase {
  /** Flag on the command line, without dashes. */
  flag: string;
  onResume: OnResume;
  fixedOff?: true;
  /** `null` in the configuration and `off` on the command line switch it off. */
  off?: true;
  describe: string;
}

export type Field =
  | (FieldBase & { type: 'integer'; min: number; max?: number; default?: number | null })
  | (FieldBase & { type: 'number'; min: number; max?: number; above?: true; below?: number; default?: number | null })
  | (FieldBase & { type: 'choice'; choices: readonly (string | number)[]; default?: string | number })
  | (FieldBase & { type: 'size'; max: number; default?: PictureSize })
  | (FieldBase & { type: 'string'; default?: string; rule?: Rule<string> })
  | (FieldBase & { type: 'names'; default?: LabelNames })
  | (FieldBase & { type: 'channels'; default?: number })
  | (FieldBase & { type: 'boolean'; default?: boolean });

type Row = Field extends infer F ? (F extends Field ? Omit<F, 'flag'> & { flag?: string } : never) : never;

/** Rows with a flag each: without one of its own, that of its key, as `--label-names` of `labelNames`. */
export function flagged<const T extends Readonly<Record<string, Row>>>(rows: T) {
  const flagOf = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, { flag: flagOf(key), ...row }])) as {
    readonly [K in keyof T]: { readonly flag: string } & T[K];
  };
}

/** What many rows have in common. */
export const SHARE = { type: 'number', min: 0, below: 1 } as const;
export const POSITIVE = { type: 'number', min: 0, above: true } as const;
export const COUNT = { type: 'integer', min: 1 } as const;
export const SWITCH = { type: 'boolean', default: false } as const;

/** Common to every seed; each command says what its seed is for. */
export const SEED = {
  flag: 'seed',
  onResume: 'fixed',
  type: 'integer',
  min: 0,
  max: Number.MAX_SAFE_INTEGER,
  default: 0,
} as const;

type Value<F> = F extends { type: 'integer' | 'number' }
  ? number | (F extends { off: true } ? null : never)
  : F extends { type: 'boolean' }
    ? boolean
    : F extends { type: 'choice'; choices: readonly (infer C)[] }
      ? C
      : F extends { type: 'names' }
        ? LabelNames
        : F extends { type: 'channels' }
          ? number | ChannelPatterns
          : F extends { type: 'size' }
            ? PictureSize
            : string;
type Defaulted<S> = { [K in keyof S as S[K] extends { default: unknown } ? K : never]: Value<S[K]> };
type Optional<S> = { [K in keyof S as S[K] extends { default: unknown } ? never : K]?: Value<S[K]> };

/** The checked values of a table; fields without a default may be absent. */
export type Values<S> = Defaulted<S> & Optional<S>;

/** Fields without a default are left out. */
export function defaultsOf(table: Readonly<Record<string, Field>>): Record<string, unknown> {
  const entries = Object.entries(table).filter(([, field]) => field.default !== undefined);
  return Object.fromEntries(entries.map(([key, field]) => [key, field.default]));
}

export function ruleOf(field: Field): Rule<unknown> {
  const rule = ruleOfType(field);
  return field.off ? worded(`${rule.words}, or off`, nullable(rule)) : rule;
}

function ruleOfType(field: Field): Rule<unknown> {
  switch (field.type) {
    case 'integer':
      return integer(field.min, field.max);
    case 'number':
      return number({
        ...(field.above ? { above: field.min } : { min: field.min }),
        max: field.max,
        below: field.below,
      });
    case 'choice':
      return oneOf(field.choices);
    case 'size':
      return pictureSize(field.max);
    case 'boolean':
      return flag;
    case 'names':
      return labelNamesRule;
    case 'channels':
      return channelsRule;
    case 'string':
      return field.rule ?? text;
  }
}
