/** `--sweep steps=5,10,20 sampler=ddim,dpmpp_2m`: lists of settings of sampling, and all their combinations. */

import { toList, toNumber } from '@onnoise/base/terminal';
import { nearest } from '@onnoise/base/text';
import type { SamplingSettings } from '@onnoise/evaluation';
import { eachSamplerOption, optionRule, SAMPLER_NAMES, SAMPLER_OPTIONS } from '@onnoise/scheduler';
import { InputError, oneOf, type Rule, refuse } from '@onnoise/scheduler/rules';

/** The values of each setting that is swept, in the order typed. */
export type Sweep = ReadonlyMap<string, readonly (string | number)[]>;

const OPTION = 'sweep';
const ACTION = 'read the options';
const EXAMPLE = 'steps=5,10,20 or sampler=ddim,dpmpp_2m';

type Read = (text: string) => string | number;

const numberOf =
  (key: string): Read =>
  (text) =>
    toNumber(`${OPTION} ${key}`)(text)!;

function choiceOf(key: string, choices: readonly string[]): Read {
  const rule: Rule<string> = oneOf(choices);
  return (text) => {
    if (rule.holds(text)) return text;
    const meant = nearest(text, choices);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new InputError(`Cannot ${ACTION}: --${OPTION} ${key} must be ${rule.words}, received "${text}".${hint}`);
  };
}

/** The settings that can be swept, each with its reader. */
const READERS: Readonly<Record<string, Read>> = {
  steps: numberOf('steps'),
  sampler: choiceOf('sampler', SAMPLER_NAMES),
  guidance: numberOf('guidance'),
  ...eachSamplerOption((name, option) => ('choices' in option ? choiceOf(name, option.choices) : checked(name))),
};

function checked(name: keyof typeof SAMPLER_OPTIONS): Read {
  const rule = optionRule(SAMPLER_OPTIONS[name]);
  return (text) => {
    const value = numberOf(name)(text);
    return rule.holds(value) ? value : refuse(ACTION, `--${OPTION} ${name}`, rule.words, value);
  };
}

/** A yargs `coerce`. @throws InputError for an unknown setting, a value that is none of it, and one that comes twice. */
export function toSweep(typed: readonly unknown[] | undefined): Sweep | undefined {
  if (typed === undefined) return undefined;
  const sweep = new Map<string, (string | number)[]>();
  for (const word of typed.map(String)) {
    const [, key, values] =
      /^([^=]+)=(.+)$/.exec(word) ?? refuse(ACTION, `--${OPTION}`, `a setting and its values, as ${EXAMPLE}`, word);
    const read = Object.hasOwn(READERS, key!)
      ? READERS[key!]!
      : refuse(ACTION, `a setting of --${OPTION}`, oneOf(Object.keys(READERS)).words, key);
    if (sweep.has(key!)) throw twice(key!);
    const list = toList(`${OPTION} ${key}`, EXAMPLE)(values)!.map(read);
    const repeated = list.find((value, i) => list.indexOf(value) !== i);
    if (repeated !== undefined) throw twice(`${key} ${repeated}`);
    sweep.set(key!, list);
  }
  return sweep;
}

const twice = (what: string) =>
  new InputError(`Cannot ${ACTION}: --${OPTION} ${what} must be given once, received it twice.`);

/** Every combination over the other settings; the last list varies fastest. */
export function combinations(sweep: Sweep, settings: SamplingSettings): SamplingSettings[] {
  return [...sweep].reduce<SamplingSettings[]>(
    (rows, [key, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value }))),
    [settings],
  );
}
