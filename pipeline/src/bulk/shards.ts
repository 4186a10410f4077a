/**
 * Cuts an order of many images into shards, the pieces of work for workers. A shard holds everything that its images
 * depend on, and its id is a hash of that. So the same images have the same id in any order of any length.
 */
import { createHash } from 'node:crypto';
import {
  anything,
  check,
  checkInteger,
  eachSamplerOption,
  InputError,
  integer,
  listOf,
  nullable,
  object,
  oneOf,
  optionRule,
  type Rule,
  type Rules,
  readObject,
  refuse,
  rule,
  SAMPLER_NAMES,
  SAMPLER_OPTION_NAMES,
  type SamplerName,
  type SamplerValues,
  worded,
} from '@onnoise/scheduler';

/** Increased when the same shard would give other bytes or another form. */
export const SHARD_FORMAT = 1;
export const LARGEST_SHARD = 100_000;

/** What pictures depend on besides seed and class, with every option of every sampler. */
export interface ShardSettings extends SamplerValues {
  /** SHA-256 of the model, 64 hexadecimal digits (see hash.ts). */
  model: string;
  sampler: SamplerName;
  steps: number;
}

export interface Order extends ShardSettings {
  /** Classes in turn, from the first image on; null for an unconditional model. */
  labels: readonly number[] | null;
  /** Of the first image; image i has `seed + i`. */
  seed: number;
  /** Images in all. */
  count: number;
  /** Images per shard; the last may have fewer. */
  shard: number;
}

export interface Shard extends ShardSettings {
  format: typeof SHARD_FORMAT;
  /** Classes in turn, from this shard's first image on, at most one per image. */
  labels: readonly number[] | null;
  seed: number;
  count: number;
}

export function countShards({ count, shard }: Order): number {
  return Math.ceil(count / shard);
}

/** Shard `index`, from 0. Its labels start where the shard before left off. */
export function shardAt({ labels, seed, count, shard, ...settings }: Order, index: number): Shard {
  const first = index * shard;
  const size = Math.min(shard, count - first);
  const turn = (_: unknown, i: number) => labels![(first + i) % labels!.length]!;
  return {
    format: SHARD_FORMAT,
    ...settings,
    labels: labels === null ? null : Array.from({ length: Math.min(labels.length, size) }, turn),
    seed: seed + first,
    count: size,
  };
}

/** The class of image `index` of a shard, undefined for an unconditional model. */
export function labelAt({ labels }: Shard, index: number): number | undefined {
  return labels?.[index % labels.length];
}

/** Sampler, steps and options, in the order in which ids, series and keys hold them. */
export function samplingOf(settings: Omit<ShardSettings, 'model'>): (string | number)[] {
  return [settings.sampler, settings.steps, ...SAMPLER_OPTION_NAMES.map((name) => settings[name])];
}

/** Name of a shard in the queue: `shard-` and 32 hexadecimal digits. */
export function shardId(shard: Shard): string {
  const { format, model, labels, seed, count } = shard;
  const identity = JSON.stringify([format, model, ...samplingOf(shard), labels, seed, count]);
  return `shard-${createHash('sha256').update(identity).digest('hex').slice(0, 32)}`;
}

const ACTION = 'sample a shard';
const NATURAL = integer(0, Number.MAX_SAFE_INTEGER);

const RULES: Rules<Shard> = {
  format: worded(`${SHARD_FORMAT}`, oneOf([SHARD_FORMAT])),
  model: rule('a SHA-256', (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)),
  sampler: oneOf(SAMPLER_NAMES),
  steps: integer(1, Number.MAX_SAFE_INTEGER),
  ...(eachSamplerOption((_, option) => optionRule(option)) as Rules<SamplerValues>),
  labels: worded('null or an array', nullable(listOf(anything as Rule<number>))),
  seed: NATURAL,
  count: integer(1, LARGEST_SHARD),
};

/**
 * Parses a job's data as a shard, because anybody can write into a queue.
 * @throws InputError for data of any other form. The model checks whether steps and labels fit it.
 */
export function parseShard(data: unknown): Shard {
  const stranger = Object.keys(check(ACTION, 'the job', object, data)).find((key) => !Object.hasOwn(RULES, key));
  if (stranger !== undefined) throw new InputError(`Cannot ${ACTION}: the job has an unknown field, ${stranger}.`);
  const shard = readObject(data, ACTION, RULES);
  const { labels, seed, count } = shard;
  checkInteger(ACTION, 'seed', seed, 0, Number.MAX_SAFE_INTEGER - count + 1);
  if (labels === null) return shard;
  if (labels.length === 0 || labels.length > count) {
    refuse(ACTION, 'labels', `null or an array of 1 to ${count}`, labels);
  }
  for (const label of labels) check(ACTION, 'a label', NATURAL, label);
  return shard;
}
