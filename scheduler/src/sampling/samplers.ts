/** The samplers, in the order of the choices, and look-ups over their records. */
import { number, type Rule } from '../rules/rule.ts';
import { ddim } from './ddim.ts';
import { ddpm } from './ddpm.ts';
import type { SamplerOption, SamplerRecord } from './record.ts';

const RECORDS = [ddpm, ddim] as const;

type AnyRecord = (typeof RECORDS)[number];
type OptionsOf<R> = R extends SamplerRecord ? keyof R['options'] : never;

export type SamplerName = AnyRecord['name'];
export type SamplerOptionName = OptionsOf<AnyRecord>;

/** Values of the samplers' options; missing ones have their defaults. */
export type SamplerSettings = { readonly [K in SamplerOptionName]?: number | undefined };

/** Names, in order. */
export const SAMPLER_NAMES: readonly SamplerName[] = RECORDS.map(({ name }) => name);

export const DEFAULT_SAMPLER: SamplerName = 'ddim';

/** The options of all samplers by name. */
export const SAMPLER_OPTIONS = Object.assign({}, ...RECORDS.map(({ options }) => options)) as Readonly<
  Record<SamplerOptionName, SamplerOption>
>;

export const SAMPLER_OPTION_NAMES = Object.keys(SAMPLER_OPTIONS) as readonly SamplerOptionName[];

export function samplerRecord(name: SamplerName): SamplerRecord<SamplerName, SamplerOptionName> {
  return RECORDS.find((record) => record.name === name) as unknown as SamplerRecord<SamplerName, SamplerOptionName>;
}

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
export function samplerSettings(from: { readonly [K in SamplerOptionName]?: number | null | undefined }) {
  return eachSamplerOption((name) => from[name] ?? undefined);
}

/** What the values of an option must be: `a number from 0 to 1`. */
export const optionRule = ({ min, max }: SamplerOption): Rule<number> => number({ min, max });
