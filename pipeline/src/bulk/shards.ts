/**
 * Cuts an order of many images into shards, the pieces of work for workers. A shard holds everything that its images
 * depend on, and its id is a hash of that. So the same images have the same id in any order of any length.
 */
import { createHash } from 'node:crypto';
import { MODALITIES, type Modality } from '@onnoise/base/dicom';
import type { PictureFacts } from '@onnoise/medical';
import {
  eachSamplerOption,
  type Guidance,
  LARGEST_GUIDANCE,
  optionRule,
  SAMPLER_NAMES,
  SAMPLER_OPTION_NAMES,
  type SamplerName,
  type SamplerValues,
} from '@onnoise/scheduler';
import {
  anything,
  check,
  checkInteger,
  InputError,
  integer,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Rule,
  type Rules,
  readObject,
  refuse,
  rule,
  worded,
} from '@onnoise/scheduler/rules';
import { checkFileChoice, type FileChoice, type PictureFileFormat } from '../pictures/choices.ts';
import { FACTS } from '../pictures/facts.ts';

/** Increased when the same shard would give other bytes or another form. */
const SHARD_FORMAT = 1;
export const LARGEST_SHARD = 100_000;

/** What pictures depend on besides seed and conditions, with every option of every sampler. */
export interface ShardSettings extends SamplerValues {
  /** SHA-256 of the model, 64 hexadecimal digits (`hashModel`). */
  model: string;
  sampler: SamplerName;
  steps: number;
  /** Left out: none. */
  guidance?: Guidance | undefined;
  /** Medical files in place of PNGs, and what DICOM files call their pictures. Left out: PNG. */
  files?: ShardFiles | undefined;
  modality?: Modality | undefined;
  /** What medical files say beside the pixels. Left out: nothing. */
  facts?: PictureFacts | undefined;
  /** Bits of a level. Left out: 8. */
  depth?: 16 | undefined;
}

const SHARD_FILES = ['dicom', 'nifti'] as const satisfies readonly PictureFileFormat[];
type ShardFiles = (typeof SHARD_FILES)[number];

/** As files of pictures are chosen elsewhere. */
export const fileChoiceOf = ({
  files,
  modality,
  depth,
}: Pick<ShardSettings, 'files' | 'modality' | 'depth'>): FileChoice => ({ format: files, modality, depth });

/** Values of conditions by name, in turn. */
export type ConditionTurns = Readonly<Record<string, readonly number[]>>;

export interface Order extends ShardSettings {
  /** Classes in turn, from the first image on; null for an unconditional model. */
  labels: readonly number[] | null;
  /** From the first image on; left out: none. */
  conditions?: ConditionTurns | undefined;
  /** Hashes of what the network is told of each image as a mask or picture, in turn; left out: nothing. */
  told?: readonly string[] | undefined;
  /** For the manifest: what the values of the masks that are drawn are called, as in `labels.json`; left out: none are drawn. */
  maskNames?: Readonly<Record<string, string>> | undefined;
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
  /** From this shard's first image on, at most one value per image. */
  conditions?: ConditionTurns | undefined;
  /** From this shard's first image on, at most one per image. */
  told?: readonly string[] | undefined;
  seed: number;
  count: number;
}

export function countShards({ count, shard }: Order): number {
  return Math.ceil(count / shard);
}

/** Shard `index`, from 0. Its labels and conditions start where the shard before left off. */
export function shardAt(order: Order, index: number): Shard {
  const { labels, conditions, told, maskNames: _, seed, count, shard, ...settings } = order;
  const first = index * shard;
  const size = Math.min(shard, count - first);
  return {
    format: SHARD_FORMAT,
    ...settings,
    labels: labels && turnFrom(labels, first, size),
    ...(conditions && { conditions: conditionsFrom(conditions, first, size) }),
    ...(told && { told: turnFrom(told, first, size) }),
    seed: seed + first,
    count: size,
  };
}

/** Up to `size` shards from shard `first` on. */
export function shardPage(order: Order, first: number, size: number): Shard[] {
  const length = Math.min(size, countShards(order) - first);
  return Array.from({ length }, (_, i) => shardAt(order, first + i));
}

/** Values in turn for the `count` images from `first` on. */
export function turnFrom<T>(values: readonly T[], first: number, count: number): T[] {
  return Array.from({ length: Math.min(values.length, count) }, (_, i) => values[(first + i) % values.length]!);
}

export function conditionsFrom(conditions: ConditionTurns, first: number, count: number): Record<string, number[]> {
  return Object.fromEntries(Object.entries(conditions).map(([name, values]) => [name, turnFrom(values, first, count)]));
}

/** The values of conditions of image `index` of a shard; undefined where it has none. */
export function conditionsAt({ conditions }: Shard, index: number): Record<string, number> | undefined {
  if (conditions === undefined) return undefined;
  return Object.fromEntries(Object.entries(conditions).map(([name, values]) => [name, values[index % values.length]!]));
}

/** The class of image `index` of a shard, undefined for an unconditional model. */
export function labelAt({ labels }: Shard, index: number): number | undefined {
  return labels?.[index % labels.length];
}

/** Sampler, steps, options, guidance and kind of files, in the order in which ids, series and keys hold them. */
export function samplingOf(settings: Omit<ShardSettings, 'model'>): (string | number)[] {
  const { sampler, steps, guidance, files, modality, facts, depth } = settings;
  const guided = guidance === undefined ? [] : [guidance.scale, ...guidance.interval];
  const told = [facts && JSON.stringify(facts), depth && `${depth} bits`];
  const written = [files, modality, ...told].filter((word) => word !== undefined);
  return [sampler, steps, ...SAMPLER_OPTION_NAMES.map((name) => settings[name]), ...guided, ...written];
}

/** What the network is told beside classes, in the order in which ids and series hold it. */
export const toldBeside = ({ conditions, told }: Pick<Shard, 'conditions' | 'told'>): object[] =>
  [conditions, told].filter((one) => one !== undefined);

/** Name of a shard in the queue: `shard-` and 32 hexadecimal digits. */
export function shardId(shard: Shard): string {
  const { format, model, labels, seed, count } = shard;
  const identity = JSON.stringify([format, model, ...samplingOf(shard), labels, seed, count, ...toldBeside(shard)]);
  return `shard-${createHash('sha256').update(identity).digest('hex').slice(0, 32)}`;
}

const ACTION = 'sample a shard';
const SHA256: Rule<string> = rule('a SHA-256', (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
const NATURAL = integer(0, Number.MAX_SAFE_INTEGER);

const TIMESTEP = number({ min: 0 });
const GUIDANCE: Rule<Guidance> = rule(
  `a scale from 0 to ${LARGEST_GUIDANCE} and an interval of two timesteps`,
  (value) =>
    object.holds(value) &&
    Object.keys(value).sort().join() === 'interval,scale' &&
    number({ min: 0, max: LARGEST_GUIDANCE }).holds(value.scale) &&
    Array.isArray(value.interval) &&
    value.interval.length === 2 &&
    value.interval.every(TIMESTEP.holds),
);
const CONDITIONS: Rule<ConditionTurns> = rule(
  'lists of at least one number by name',
  (value) => object.holds(value) && Object.values(value).every(listOf(number(), 1).holds),
);

const RULES: Rules<Shard> = {
  format: worded(`${SHARD_FORMAT}`, oneOf([SHARD_FORMAT])),
  model: SHA256,
  sampler: oneOf(SAMPLER_NAMES),
  steps: integer(1, Number.MAX_SAFE_INTEGER),
  ...(eachSamplerOption((_, option) => optionRule(option)) as Rules<SamplerValues>),
  labels: worded('null or an array', nullable(listOf(anything as Rule<number>))),
  guidance: optional(GUIDANCE),
  files: optional(oneOf(SHARD_FILES)),
  modality: optional(oneOf(MODALITIES)),
  facts: optional(FACTS),
  depth: optional(oneOf([16])),
  conditions: optional(CONDITIONS),
  told: optional(listOf(SHA256, 1)),
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
  checkFileChoice(ACTION, fileChoiceOf(shard));
  checkInteger(ACTION, 'seed', seed, 0, Number.MAX_SAFE_INTEGER - count + 1);
  if (labels === null) return shard;
  if (labels.length === 0 || labels.length > count) {
    refuse(ACTION, 'labels', `null or an array of 1 to ${count}`, labels);
  }
  for (const label of labels) check(ACTION, 'a label', NATURAL, label);
  return shard;
}
