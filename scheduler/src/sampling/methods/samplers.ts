/** The samplers, in the order of the choices, and look-ups over their records. */
import { number, oneOf, type Rule } from '../../rules/rule.ts';
import type { OptionValue, SamplerOption, SamplerRecord } from '../rows/record.ts';
import { ddim } from './ddim.ts';
import { ddpm } from './ddpm.ts';
import { dpmpp2m } from './dpmpp-2m.ts';
import { dpmpp2mSde } from './dpmpp-2m-sde.ts';
import { dpmpp2sAncestral } from './dpmpp-2s-ancestral.ts';
import { dpmpp3m } from './dpmpp-3m.ts';
import { euler } from './euler.ts';
import { eulerAncestral } from './euler-ancestral.ts';
import { heun } from './heun.ts';
import { unipc } from './unipc.ts';

const RECORDS = [
  ddpm,
  ddim,
  euler,
  eulerAncestral,
  heun,
  dpmpp2m,
  dpmpp3m,
  dpmpp2sAncestral,
  dpmpp2mSde,
  unipc,
] as const;

type AnyRecord = (typeof RECORDS)[number];
type KeysOf<T> = T extends unknown ? keyof T : never;
type At<T, K> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;

export type SamplerName = AnyRecord['name'];
export type SamplerOptionName = KeysOf<AnyRecord['options']>;

/** One value for each option of all samplers. */
export type SamplerValues = { [K in SamplerOptionName]: OptionValue<At<AnyRecord['options'], K>> };

/** Values of the samplers' options; missing ones have their defaults. */
export type SamplerSettings = { readonly [K in SamplerOptionName]?: SamplerValues[K] | undefined };

/** Names, in order. */
export const SAMPLER_NAMES: readonly SamplerName[] = RECORDS.map(({ name }) => name);

/** Chosen by measurement: docs/sampling/samplers.md. */
export const DEFAULT_SAMPLER: SamplerName = 'dpmpp_2m_sde';

/** The options of all samplers by name. */
export const SAMPLER_OPTIONS = Object.assign({}, ...RECORDS.map(({ options }) => options)) as Readonly<
  Record<SamplerOptionName, SamplerOption>
>;

export const SAMPLER_OPTION_NAMES = Object.keys(SAMPLER_OPTIONS) as readonly SamplerOptionName[];

export function samplerRecord(name: SamplerName): SamplerRecord<SamplerName> {
  return RECORDS.find((record) => record.name === name) as unknown as SamplerRecord<SamplerName>;
}

/** Names of those that sample a model of flow matching. */
export const LINE_SAMPLERS: readonly SamplerName[] = RECORDS.filter(({ line }) => line !== false).map(
  ({ name }) => name,
);

/** Names of the options that a sampler takes. */
export function optionsOfSampler(name: SamplerName): SamplerOptionName[] {
  return SAMPLER_OPTION_NAMES.filter((option) => Object.hasOwn(samplerRecord(name).options, option));
}

/** One value for each option of all samplers, by its name. */
export function eachSamplerOption<T>(
  make: (name: SamplerOptionName, option: SamplerOption) => T,
): Record<SamplerOptionName, T> {
  const entries = SAMPLER_OPTION_NAMES.map((name) => [name, make(name, SAMPLER_OPTIONS[name])]);
  return Object.fromEntries(entries) as Record<SamplerOptionName, T>;
}

/** The samplers' options among the fields of an object; null counts as left out. */
export function samplerSettings(from: { readonly [K in SamplerOptionName]?: SamplerValues[K] | null | undefined }) {
  return eachSamplerOption((name) => from[name] ?? undefined) as SamplerSettings;
}

/** What the values of an option must be: `a number from 0 to 1`, `one of bh2, bh1`. */
export const optionRule = (option: SamplerOption): Rule<number | string> =>
  'choices' in option ? oneOf(option.choices) : number({ min: option.min, max: option.max });
