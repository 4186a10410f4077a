/** A request for pictures: its fields, and the picture it starts from, checked against the model, as a task. */
import { randomInt } from 'node:crypto';
import { completeRequest } from '@onnoise/runtime-node';
import type { EngineModel, Owner, SampleTask } from '@onnoise/runtime-node/engine';
import {
  type compileSampler,
  InputError,
  SAMPLER_OPTION_NAMES,
  type SamplerName,
  samplerRecord,
  samplerSettings,
} from '@onnoise/scheduler';
import { type ConditionImages, labelNumber, type PictureOptions, usualSampling } from '@onnoise/scheduler/model';
import { Refusal } from '../errors/errors.ts';
import type { CompleteOptions } from '../options/options.ts';
import type { Encoding } from '../pictures/encoding.ts';
import { sizeName } from '../pictures/form.ts';
import type { GenerationBody } from './schemas.ts';
import { toldField } from './told-fields.ts';

/** What sampling starts from, as `PictureOptions` has it. */
export type StartPicture = Pick<PictureOptions, 'from' | 'mask'>;

/** The files of a request, read. */
export interface Given {
  start?: StartPicture | undefined;
  conditionImages?: ConditionImages | undefined;
}

const SEEDS = 2 ** 32;
export const randomSeed = (): number => randomInt(SEEDS);

/** @throws Refusal (400) for more than the client may ask for */
export function stepsOf(
  model: EngineModel,
  asked: number | null | undefined,
  { maxSteps }: Pick<Allowed, 'maxSteps'>,
): number {
  if ((asked ?? 0) > maxSteps) refuseField('steps', `at most ${maxSteps} with this key`, asked);
  return asked ?? Math.min(maxSteps, usualSampling(model).steps);
}
const ACTION = 'sample images';

/** What the client may ask for. */
export type Allowed = Pick<CompleteOptions, 'maxImages' | 'maxSteps' | 'resize'>;

/**
 * @param compile gives the sampler's table
 * @throws Refusal (400) for a size other than the model's, an unknown class or condition, guidance that does not fit the
 * model, more images or calls of the network than the client may ask for, and what `model.sample` refuses.
 */
export function toTask(
  model: EngineModel,
  body: GenerationBody,
  owner: Owner,
  { options, compile: tableOf }: { options: Allowed; compile: typeof compileSampler },
  { start = {}, conditionImages: told }: Given = {},
) {
  const count = body.n ?? 1;
  if (count > options.maxImages) refuseField('n', `at most ${options.maxImages} with this key`, count);
  const steps = stepsOf(model, body.steps ?? body.step, options);
  const encoding = encodingOf(model, body, options);
  const sampler = body.sampler ?? usualSampling(model).sampler;
  const settings = samplerSettings(body);
  const resamples = body.resamples ?? 1;
  const compile: typeof compileSampler = (config, asked) => {
    // Before the table is made, which may take long; the rows themselves are counted below.
    checkCalls(resamples, callsOf({ steps, sampler, share: asked.strength ?? 1, resamples }), options);
    return tableOf(config, asked);
  };
  const asked: PictureOptions = {
    count,
    labels: labelsOf(model, body),
    ...seedsOf(body, count),
    ...start,
    strength: body.strength ?? undefined,
    resamples: body.resamples ?? undefined,
    steps,
    sampler,
    ...settings,
    conditions: body.condition ?? undefined,
    conditionImages: told,
    guidance: body.guidance ?? undefined,
    guidanceInterval: body.guidance_interval ?? undefined,
  };
  const complete = named(() => completeRequest(model, asked, compile), undefined, model);
  const { seeds, labels, conditions, conditionImages, guidance, table, strength } = complete;
  checkCalls(resamples, table.rows.length, options);
  const partials = body.stream ? (body.partial_images ?? 0) : 0;
  const which = { ...owner, model: model.name, seeds, labels, conditions, conditionImages };
  const painting = { ...start, strength, resamples };
  const task: SampleTask = { ...which, ...painting, guidance, steps, sampler, ...settings, partials };
  return { task, table, encoding, condition: body.condition ?? undefined };
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

function checkCalls(resamples: number, calls: number, { maxSteps }: Allowed): void {
  if (resamples <= 1 || calls <= maxSteps) return;
  const rule = `so few that an image takes at most ${maxSteps} calls of the network, not ${calls}`;
  refuseField('resamples', rule, resamples);
}

/** @throws Refusal (400) that names the field */
export function refuseField(param: string, rule: string, received: unknown): never {
  const message = `Cannot sample images: ${param} must be ${rule}, received ${received}.`;
  throw new Refusal(400, 'invalid_value', message, { param });
}

/** The seeds as the request names them, or one at random. */
function seedsOf({ seed, interpolate, variations, variation }: GenerationBody, count: number): SeedOptions {
  if (interpolate && count < 2) refuseField('n', 'at least 2 from one seed to another', count);
  const named = interpolate != null || variations != null;
  return {
    seed: seed ?? (named ? undefined : randomSeed()),
    interpolate: interpolate ?? undefined,
    variations: variations ?? undefined,
    variation: variation ?? undefined,
  };
}

type SeedOptions = Pick<PictureOptions, 'seed' | 'interpolate' | 'variations' | 'variation'>;

/** The most pixels of a side that a picture is scaled to. */
const LARGEST_SIDE = 2048;

function encodingOf(model: EngineModel, body: GenerationBody, { resize }: Allowed): Encoding {
  const { output_format, output_compression } = body;
  const format = output_format ?? 'png';
  const quality = format === 'png' || output_compression == null ? undefined : Math.max(1, output_compression);
  return { format, quality, size: sizeOf(model, body.size, resize) };
}

/** The size that a picture is scaled to; undefined for the model's. */
function sizeOf(model: EngineModel, asked: string | null | undefined, resize: boolean): Encoding['size'] {
  const own = sizeName(model);
  if (asked == null || asked === 'auto' || asked === own) return undefined;
  const received = JSON.stringify(asked);
  if (!resize) refuseField('size', `${own}, the model's, or auto (a server with --resize scales pictures)`, received);
  const [width = 0, height = 0] = /^([1-9]\d{0,3})x([1-9]\d{0,3})$/.exec(asked)?.slice(1).map(Number) ?? [];
  if (width === 0 || width > LARGEST_SIDE || height > LARGEST_SIDE) {
    refuseField('size', `auto, or width x height of 1 to ${LARGEST_SIDE} pixels each, such as 256x256`, received);
  }
  return { width, height };
}

/** Classes by number or name, from `label` or else from the prompt; undefined for all in turn. */
export function labelsOf(
  model: EngineModel,
  { label, prompt }: Pick<GenerationBody, 'label' | 'prompt'>,
): number[] | undefined {
  if (label != null) return (Array.isArray(label) ? label : [label]).map((one) => labelOf(model, one, 'label'));
  const text = prompt ?? '';
  return text.trim() === '' ? undefined : [labelOf(model, text, 'prompt')];
}

/** @param param the field that holds it. @throws Refusal (400) for an unknown class. */
const labelOf = (model: EngineModel, label: number | string, param: string) =>
  named(() => labelNumber(ACTION, param, label, model), param);

/** Fields that the library's errors call by the same name. */
const FIELDS = [
  ...(['steps', 'sampler', 'seed', 'interpolate', 'variations', 'variation', 'strength', 'resamples'] as const),
  ...(['guidance', ...SAMPLER_OPTION_NAMES] as const),
] satisfies (keyof GenerationBody)[];

/** The field that an error of the library is about. */
function fieldOf(subject = '', model?: Pick<EngineModel, 'conditionImage'>): keyof GenerationBody | undefined {
  if (subject === 'conditionImages') return model?.conditionImage && toldField(model.conditionImage);
  if (/^(a )?condition\b/.test(subject)) return 'condition';
  if (subject === 'the guidance interval') return 'guidance_interval';
  return subject === 'labels' ? 'label' : FIELDS.find((name) => name === subject);
}

/**
 * Makes the check, whose InputErrors become refusals that name the field.
 * @param param default: the field that the error names, of a request for `model`.
 */
export function named<T>(check: () => T, param?: string, model?: EngineModel): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const field = param ?? fieldOf(error.subject, model);
    throw new Refusal(400, 'invalid_value', error.message, { param: field ?? null });
  }
}
