/** A request for pictures: its fields, and the picture it starts from, checked against the model, as a task. */
import { randomInt } from 'node:crypto';
import { completeRequest } from '@onnoise/runtime-node';
import type { EngineModel, SampleTask } from '@onnoise/runtime-node/engine';
import {
  DEFAULT_SAMPLER,
  InputError,
  SAMPLER_OPTION_NAMES,
  type SamplerName,
  type SamplerValues,
  samplerRecord,
  samplerSettings,
} from '@onnoise/scheduler';
import {
  type ConditionValues,
  completeConditions,
  guidanceInterval,
  guidanceScale,
  labelNumber,
  labelsOfPictures,
  type PictureOptions,
  strengthOf,
  usualSteps,
} from '@onnoise/scheduler/model';
import { Refusal } from '../errors/errors.ts';
import type { CompleteOptions } from '../options/options.ts';

type Nullable<T> = { [K in keyof T]?: T[K] | null };

/** The fields of `POST /v1/images/generations`, `edits` and `variations`; null counts as left out. */
export interface GenerationBody extends Nullable<SamplerValues> {
  model?: string | null;
  prompt?: string | null;
  n?: number | null;
  size?: string | null;
  response_format?: 'b64_json' | null;
  output_format?: 'png' | null;
  stream?: boolean | null;
  partial_images?: number | null;
  seed?: number | null;
  steps?: number | null;
  sampler?: SamplerName | null;
  label?: number | string | (number | string)[] | null;
  condition?: ConditionValues | null;
  guidance?: number | null;
  guidance_interval?: [low: number, high: number] | null;
  interpolate?: [number, number] | null;
  variations?: number | null;
  variation?: number | null;
  strength?: number | null;
  resamples?: number | null;
  user?: string | null;
}

/** What sampling starts from, as `PictureOptions` has it. */
export type StartPicture = Pick<PictureOptions, 'from' | 'mask'>;

/** The most predictions to show of a forming picture. */
export const MOST_PARTIALS = 10;
const SEEDS = 2 ** 32;
const ACTION = 'sample images';

/**
 * @throws Refusal (400) for a size other than the model's, an unknown class or condition, guidance that does not fit the
 * model, or more pictures or steps than the server allows; InputError as `model.sample` does.
 */
export function toTask(
  model: EngineModel,
  body: GenerationBody,
  client: string,
  options: CompleteOptions,
  start: StartPicture = {},
) {
  const count = body.n ?? 1;
  checkSize(model, body.size);
  if (count > options.maxImages) {
    refuseField('n', `at most ${options.maxImages}`, count);
  }
  if ((body.steps ?? 1) > options.maxSteps) {
    refuseField('steps', `at most ${options.maxSteps}`, body.steps);
  }
  const steps = body.steps ?? Math.min(options.maxSteps, usualSteps(model.scheduler));
  const sampler = body.sampler ?? DEFAULT_SAMPLER;
  const settings = samplerSettings(body);
  checkConditions(model, body, count);
  const seeding = seedsOf(body, count);
  const [strength, resamples = 1] = [body.strength ?? undefined, body.resamples ?? undefined];
  const share = named(() => strengthOf({ ...start, strength, resamples }));
  // Before the table is made, which may take long; the rows themselves are counted below.
  checkResamples(resamples, callsOf({ steps, sampler, share, resamples }), options);
  const asked = { labels: labelsOf(model, body), ...seeding };
  named(() => labelsOfPictures(model, asked, count), 'label');
  const condition = body.condition ?? undefined;
  const complete = () =>
    completeRequest(model, {
      count,
      ...asked,
      ...start,
      strength,
      resamples,
      steps,
      sampler,
      ...settings,
      conditions: condition,
      guidance: body.guidance ?? undefined,
      guidanceInterval: body.guidance_interval ?? undefined,
    });
  const { seeds, labels, conditions, guidance, table } = named(complete);
  const partials = body.stream ? (body.partial_images ?? 0) : 0;
  const which = { model: model.name, client, seeds, labels, conditions };
  checkResamples(resamples, table.rows.length, options);
  const painting = { ...start, strength: share, resamples };
  const task: SampleTask = { ...which, ...painting, guidance, steps, sampler, ...settings, partials };
  return { task, table, condition };
}

/** The least calls of the network for an image whose steps are repeated: all steps but the last are. */
function callsOf({ steps, sampler, share, resamples }: Repeated): number {
  const made = Math.max(1, Math.floor(steps * share));
  return (made - 1) * samplerRecord(sampler).calls * resamples + 1;
}

interface Repeated {
  steps: number;
  sampler: SamplerName;
  /** Of the steps, those that are made: the strength. */
  share: number;
  resamples: number;
}

function checkResamples(resamples: number, calls: number, { maxSteps }: Pick<CompleteOptions, 'maxSteps'>): void {
  if (resamples <= 1 || calls <= maxSteps) return;
  const rule = `so few that an image takes at most ${maxSteps} calls of the network, not ${calls}`;
  refuseField('resamples', rule, resamples);
}

function refuseField(param: string, rule: string, received: unknown): never {
  const message = `Cannot sample images: ${param} must be ${rule}, received ${received}.`;
  throw new Refusal(400, 'invalid_value', message, { param });
}

/** The seeds as the request names them, or one at random. */
function seedsOf({ seed, interpolate, variations, variation }: GenerationBody, count: number): SeedOptions {
  if (interpolate && count < 2) refuseField('n', 'at least 2 from one seed to another', count);
  const named = interpolate != null || variations != null;
  return {
    seed: seed ?? (named ? undefined : randomInt(SEEDS)),
    interpolate: interpolate ?? undefined,
    variations: variations ?? undefined,
    variation: variation ?? undefined,
  };
}

type SeedOptions = Pick<PictureOptions, 'seed' | 'interpolate' | 'variations' | 'variation'>;

/** `28x28`, width first as OpenAI writes it. */
export function sizeName({ shape: [, height, width] }: EngineModel): string {
  return `${width}x${height}`;
}

function checkSize(model: EngineModel, size: string | null | undefined): void {
  if (size == null || size === 'auto' || size === sizeName(model)) return;
  refuseField('size', `${sizeName(model)}, the model's`, JSON.stringify(size));
}

/** Classes by number or name, from `label` or else from the prompt; undefined for all in turn. */
function labelsOf(model: EngineModel, { label, prompt }: GenerationBody): number[] | undefined {
  if (label != null) return (Array.isArray(label) ? label : [label]).map((one) => labelOf(model, one, 'label'));
  const text = prompt ?? '';
  return text.trim() === '' ? undefined : [labelOf(model, text, 'prompt')];
}

/** @param param the field that holds it. @throws Refusal (400) for an unknown class. */
const labelOf = (model: EngineModel, label: number | string, param: string) =>
  named(() => labelNumber(ACTION, param, label, model), param);

/** What `completeRequest` refuses too, but by other names than those of the fields. */
function checkConditions(model: EngineModel, body: GenerationBody, count: number): void {
  const { conditions, nullCondition: optional } = model;
  named(() => completeConditions(ACTION, conditions, body.condition ?? {}, { count, optional }), 'condition');
  named(() => guidanceScale(ACTION, model, body.guidance ?? undefined), 'guidance');
  named(() => guidanceInterval(ACTION, model, body.guidance_interval ?? undefined), 'guidance_interval');
}

/** Fields that the library's errors call by the same name. */
const FIELDS = [
  ...(['steps', 'sampler', 'seed', 'interpolate', 'variations', 'variation', 'strength', 'resamples'] as const),
  ...SAMPLER_OPTION_NAMES,
] satisfies (keyof GenerationBody)[];

/**
 * The check, whose InputErrors become refusals that name the field.
 * @param param default: the field that the error names.
 */
function named<T>(check: () => T, param?: string): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const field = param ?? FIELDS.find((name) => name === error.subject);
    throw new Refusal(400, 'invalid_value', error.message, { param: field ?? null });
  }
}
