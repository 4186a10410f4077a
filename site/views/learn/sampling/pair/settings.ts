/** Two samplings that differ in one setting, and how the chapter's address says it. Default values are left out. */
import type { SamplerName } from '@onnoise/scheduler';

/** What a sampling is made of, beside the noise that it starts from. */
export interface Side {
  sampler: SamplerName;
  steps: number;
  guidance: number;
  /** Of the noise that is drawn on the way. */
  fresh: number;
}

export const DIFFERENCES = ['sampler', 'steps', 'guidance', 'fresh'] as const;
export type Difference = (typeof DIFFERENCES)[number];

export interface Settings {
  differs: Difference;
  /** The first. */
  one: Side;
  /** Of the second, by setting: only that of `differs` is in use. */
  other: Side;
  digit: number;
  /** Of the noise that both start from. */
  seed: number;
}

export const CHOICES: { readonly [K in Difference]: readonly Side[K][] } = {
  sampler: ['ddpm', 'ddim', 'euler', 'dpmpp_2m', 'dpmpp_2m_sde'],
  steps: [3, 5, 10, 20, 50],
  guidance: [1, 2, 4, 8],
  fresh: [1, 2, 3],
};
const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

export const STANDARD: Settings = {
  differs: 'steps',
  one: { sampler: 'ddim', steps: 20, guidance: 1, fresh: 1 },
  other: { sampler: 'ddpm', steps: 5, guidance: 4, fresh: 2 },
  digit: 3,
  seed: 5,
};

/** The second: as the first, but for one setting. */
export const secondOf = ({ differs, one, other }: Settings): Side => ({ ...one, [differs]: other[differs] });

/** The settings in the address, with defaults for what is missing or not possible. */
export function readSettings(query: URLSearchParams): { settings: Settings; aside: string[] } {
  const aside: string[] = [];
  const read = <T extends string | number>(name: string, choices: readonly T[], standard: T): T => {
    const text = query.get(name);
    if (text === null) return standard;
    const found = choices.find((choice) => String(choice) === text);
    if (found === undefined) aside.push(`${name}=${text.slice(0, 20)}`);
    return found ?? standard;
  };
  const differs = read('differs', DIFFERENCES, STANDARD.differs);
  const side = <K extends Difference>(key: K, name: string, of: Side): Side[K] =>
    read<Side[K]>(name, CHOICES[key], of[key]);
  const one: Side = {
    sampler: side('sampler', 'sampler', STANDARD.one),
    steps: side('steps', 'steps', STANDARD.one),
    guidance: side('guidance', 'guidance', STANDARD.one),
    fresh: side('fresh', 'fresh', STANDARD.one),
  };
  const other = { ...STANDARD.other, [differs]: side(differs, 'other', STANDARD.other) };
  const seed = Number(query.get('seed') ?? STANDARD.seed);
  const isSeed = Number.isSafeInteger(seed) && seed >= 0;
  if (!isSeed) aside.push(`seed=${query.get('seed')!.slice(0, 20)}`);
  const digit = read('digit', DIGITS, STANDARD.digit);
  return { settings: { differs, one, other, digit, seed: isSeed ? seed : STANDARD.seed }, aside };
}

export function formatSettings({ differs, one, other, digit, seed }: Settings): Record<string, string | number> {
  const query: Record<string, string | number> = {};
  const put = (name: string, value: string | number, standard: string | number) => {
    if (value !== standard) query[name] = value;
  };
  put('differs', differs, STANDARD.differs);
  for (const key of DIFFERENCES) put(key, one[key], STANDARD.one[key]);
  put('other', other[differs], STANDARD.other[differs]);
  put('digit', digit, STANDARD.digit);
  put('seed', seed, STANDARD.seed);
  return query;
}
