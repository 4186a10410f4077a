/** A request for pictures: its fields, checked against the model, as a task for the engine. */
import { randomInt } from 'node:crypto';
import {
  type ConditionValues,
  completeConditions,
  DEFAULT_SAMPLER,
  guidanceInterval,
  guidanceScale,
  InputError,
  labelNumber,
  type SamplerName,
  type SamplerValues,
  samplerSettings,
  usualSteps,
} from '@onnoise/scheduler';
import type { EngineModel, SampleTask } from '../engine/protocol.ts';
import { completeRequest } from '../request.ts';
import { Refusal } from './errors.ts';
import type { CompleteOptions } from './options.ts';

type Nullable<T> = { [K in keyof T]?: T[K] | null };

/** The body of `POST /v1/images/generations`; null counts as left out. */
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
  user?: string | null;
}

/** The most predictions to show of a forming picture. */
export const MOST_PARTIALS = 10;
const SEEDS = 2 ** 32;
const ACTION = 'sample images';

/**
 * @throws Refusal (400) for a size other than the model's, an unknown class or condition, guidance that does not fit the
 * model, or more pictures or steps than the server allows; InputError as `model.sample` does.
 */
export function toTask(model: EngineModel, body: GenerationBody, client: string, options: CompleteOptions) {
  const count = body.n ?? 1;
  checkSize(model, body.size);
  if (count > options.maxImages) {
    throw new Refusal(
      400,
      'invalid_value',
      `Cannot sample images: n must be at most ${options.maxImages}, received ${count}.`,
      {
        param: 'n',
      },
    );
  }
  if ((body.steps ?? 1) > options.maxSteps) {
    throw new Refusal(
      400,
      'invalid_value',
      `Cannot sample images: steps must be at most ${options.maxSteps}, received ${body.steps}.`,
      {
        param: 'steps',
      },
    );
  }
  const steps = body.steps ?? Math.min(options.maxSteps, usualSteps(model.scheduler));
  const sampler = body.sampler ?? DEFAULT_SAMPLER;
  const settings = samplerSettings(body);
  checkConditions(model, body, count);
  const { seeds, labels, conditions, guidance, table } = completeRequest(model, {
    count,
    seed: body.seed ?? randomInt(SEEDS),
    steps,
    sampler,
    ...settings,
    labels: labelsOf(model, body),
    conditions: body.condition ?? undefined,
    guidance: body.guidance ?? undefined,
    guidanceInterval: body.guidance_interval ?? undefined,
  });
  const partials = body.stream ? (body.partial_images ?? 0) : 0;
  const which = { model: model.name, client, seeds, labels, conditions };
  const task: SampleTask = { ...which, guidance, steps, sampler, ...settings, partials };
  return { task, table };
}

/** `28x28`, width first as OpenAI writes it. */
export function sizeName({ shape: [, height, width] }: EngineModel): string {
  return `${width}x${height}`;
}

function checkSize(model: EngineModel, size: string | null | undefined): void {
  if (size == null || size === 'auto' || size === sizeName(model)) return;
  const message = `Cannot sample images: size must be ${sizeName(model)}, the model's, received ${JSON.stringify(size)}.`;
  throw new Refusal(400, 'invalid_value', message, { param: 'size' });
}

/** Classes by number or name, from `label` or else from the prompt; undefined for all in turn. */
function labelsOf(model: EngineModel, { label, prompt }: GenerationBody): number[] | undefined {
  if (label != null) return (Array.isArray(label) ? label : [label]).map((one) => labelOf(model, one, 'label'));
  const text = prompt ?? '';
  return text.trim() === '' ? undefined : [labelOf(model, text, 'prompt')];
}

/** @param param the field that holds it. @throws Refusal (400) for an unknown class. */
const labelOf = (model: EngineModel, label: number | string, param: string) =>
  named(param, () => labelNumber(ACTION, param, label, model));

/** What `completeRequest` refuses too, but with the wrong field. */
function checkConditions(model: EngineModel, body: GenerationBody, count: number): void {
  const { conditions, nullCondition: optional } = model;
  named('condition', () => completeConditions(ACTION, conditions, body.condition ?? {}, { count, optional }));
  named('guidance', () => guidanceScale(ACTION, model, body.guidance ?? undefined));
  named('guidance_interval', () => guidanceInterval(ACTION, model, body.guidance_interval ?? undefined));
}

/** The check, whose InputErrors become refusals that name the field. */
function named<T>(param: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof InputError) throw new Refusal(400, 'invalid_value', error.message, { param });
    throw error;
  }
}
