/**
 * An order of many images, cut into shards: the pieces of work that workers take. A shard says all that its images
 * depend on, so that its id, a hash over that, is the same whoever asks, however often, and for however many images.
 */
import { createHash } from 'node:crypto';
import {
  checkInteger,
  eachSamplerOption,
  InputError,
  optionHolds,
  optionRule,
  refuse,
  SAMPLER_OPTION_NAMES,
  SAMPLERS,
  type Sampler,
  type SamplerValues,
} from '@onnoise/scheduler';

/** Raised when the same shard would give other bytes or another form. */
export const SHARD_FORMAT = 1;
export const LARGEST_SHARD = 100_000;

/** What pictures depend on besides seed and class; every option of every sampler is written down. */
export interface Settings extends SamplerValues {
  /** SHA-256 of the model, 64 hexadecimal digits (see hash.ts). */
  model: string;
  sampler: Sampler;
  steps: number;
}

export interface Order extends Settings {
  /** Classes in turn, from the first image on; null for an unconditional model. */
  labels: readonly number[] | null;
  /** Of the first image; image i has `seed + i`. */
  seed: number;
  /** Images in all. */
  count: number;
  /** Images a shard; the last may have fewer. */
  shard: number;
}

export interface Shard extends Settings {
  format: typeof SHARD_FORMAT;
  /** Classes in turn, from this shard's first image on, at most one an image. */
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
export function samplingOf(settings: Omit<Settings, 'model'>): (string | number)[] {
  return [settings.sampler, settings.steps, ...SAMPLER_OPTION_NAMES.map((name) => settings[name])];
}

/** Name of a shard in the queue: `shard-` and 32 hexadecimal digits. */
export function shardId(shard: Shard): string {
  const { format, model, labels, seed, count } = shard;
  const identity = JSON.stringify([format, model, ...samplingOf(shard), labels, seed, count]);
  return `shard-${createHash('sha256').update(identity).digest('hex').slice(0, 32)}`;
}

const ACTION = 'sample a shard';
const KEYS: string[] = ['format', 'model', 'sampler', 'steps', ...SAMPLER_OPTION_NAMES, 'labels', 'seed', 'count'];

/**
 * A job's data as a shard; anybody can write into a queue.
 * @throws InputError for what is not exactly of the form. Whether steps and labels fit the model is the model's to say.
 */
export function parseShard(data: unknown): Shard {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) refuse(ACTION, 'the job', 'an object', data);
  const given = data as Record<string, unknown>;
  const { format, model, sampler, steps, labels, seed, count } = given;
  const stranger = Object.keys(data).find((key) => !KEYS.includes(key));
  if (stranger !== undefined) throw new InputError(`Cannot ${ACTION}: the job has an unknown field, ${stranger}.`);
  if (format !== SHARD_FORMAT) refuse(ACTION, 'format', `${SHARD_FORMAT}`, format);
  if (typeof model !== 'string' || !/^[0-9a-f]{64}$/.test(model)) refuse(ACTION, 'model', 'a SHA-256', model);
  const known = SAMPLERS.find((name) => name === sampler);
  if (known === undefined) return refuse(ACTION, 'sampler', `one of ${SAMPLERS.join(', ')}`, sampler);
  const options = eachSamplerOption((name, option) => {
    const value = given[name];
    return optionHolds(option, value) ? value : refuse(ACTION, name, optionRule(option), value);
  }) as SamplerValues;
  const images = checkInteger(ACTION, 'count', count, 1, LARGEST_SHARD);
  return {
    format,
    model,
    sampler: known,
    steps: checkInteger(ACTION, 'steps', steps, 1, Number.MAX_SAFE_INTEGER),
    ...options,
    labels: labels === null ? null : parseLabels(labels, images),
    seed: checkInteger(ACTION, 'seed', seed, 0, Number.MAX_SAFE_INTEGER - images + 1),
    count: images,
  };
}

function parseLabels(labels: unknown, images: number): number[] {
  if (!Array.isArray(labels) || labels.length === 0 || labels.length > images) {
    return refuse(ACTION, 'labels', `null or an array of 1 to ${images}`, labels);
  }
  return labels.map((label) => checkInteger(ACTION, 'a label', label, 0, Number.MAX_SAFE_INTEGER));
}
