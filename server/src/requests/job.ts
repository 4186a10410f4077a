/** The body of `POST /v1/jobs`, its answer, and the order in it. */
import type { EngineModel } from '@onnoise/runtime-node/engine';
import { samplerSettings } from '@onnoise/scheduler';
import type { ConditionImages } from '@onnoise/scheduler/model';
import { JOB_STATUSES, type Job, type JobOrder } from '../jobs/jobs.ts';
import type { CompleteOptions } from '../options/options.ts';
import { labelsOf, randomSeed, refuseField, stepsOf } from './generation.ts';
import { pictureFields, samplerFields } from './schemas.ts';
import { integer, objectOf, type Schema, type TypeOf } from './typed.ts';

type Limits = Pick<CompleteOptions, 'maxJobImages' | 'maxSteps'>;

/** More would take up too much memory at once. */
const LARGEST_SHARD = 1024;

export function jobBody({ maxJobImages, maxSteps }: Limits) {
  const fields = pictureFields({ maxImages: maxJobImages, maxSteps });
  return objectOf(
    {
      model: fields.model,
      n: { ...fields.n, type: 'integer', description: 'Pictures.' } as Schema as typeof fields.seed,
      seed: fields.seed,
      label: fields.label,
      condition: fields.condition,
      masks: fields.masks,
      condition_images: fields.condition_images,
      guidance: fields.guidance,
      guidance_interval: fields.guidance_interval,
      steps: fields.steps,
      sampler: fields.sampler,
      ...samplerFields(),
      shard: integer('Pictures per shard, which is one file. Default: 256.', 1, LARGEST_SHARD),
    },
    ['n'],
    { examples: [{ n: 1000, seed: 0 }] },
  );
}

export type JobBody = TypeOf<ReturnType<typeof jobBody>>;

/**
 * @param conditionImages those of the body, read
 * @throws Refusal (400) for more than the client may order, and an unknown class
 */
export function orderIn(
  body: JobBody,
  model: EngineModel,
  { maxJobImages, maxSteps }: Limits,
  conditionImages?: ConditionImages,
): JobOrder {
  const count = body.n!;
  if (count > maxJobImages) refuseField('n', `at most ${maxJobImages} with this key`, count);
  const steps = stepsOf(model, body.steps, { maxSteps });
  const seed = body.seed ?? randomSeed();
  const last = Number.MAX_SAFE_INTEGER - count + 1;
  if (seed > last) refuseField('seed', `at most ${last} for ${count} pictures`, seed);
  return {
    count,
    seed,
    labels: labelsOf(model, body),
    conditions: body.condition ?? undefined,
    conditionImages,
    guidance: body.guidance ?? undefined,
    guidanceInterval: body.guidance_interval ?? undefined,
    steps,
    sampler: body.sampler ?? undefined,
    ...samplerSettings(body),
    shard: body.shard ?? undefined,
  };
}

const text = (description: string) => ({ type: 'string', description });
const time = (description: string) => ({ type: ['integer', 'null'], description: `${description}, Unix seconds.` });

export const JOB = {
  type: 'object',
  properties: {
    id: text('Its id.'),
    object: text('job'),
    status: { type: 'string', enum: JOB_STATUSES },
    model: text('Name of the model.'),
    model_hash: text('sha256: and that of all that decides what the model draws.'),
    images: {
      type: 'object',
      properties: { total: { type: 'integer' }, done: { type: 'integer' } },
    },
    settings: { type: 'object', additionalProperties: true, description: 'What the pictures depend on, complete.' },
    created: time('When it was ordered'),
    started: time('When its first pictures began'),
    ended: time('When it was over'),
    error: { type: ['string', 'null'], description: 'Why it failed.' },
  },
} as const;

/** The answer to an order. */
export const NOTED_JOB = {
  ...JOB,
  properties: { ...JOB.properties, note: text('What to know of the pictures, such as that noise will be left.') },
} as const;

export function describeJob({ id, status, model, images, settings, created, started, ended, error }: Job) {
  const seconds = (at: number | undefined) => (at === undefined ? null : Math.floor(at / 1000));
  return {
    id,
    object: 'job',
    status,
    model: model.name,
    model_hash: `sha256:${model.hash}`,
    images,
    settings,
    created: seconds(created),
    started: seconds(started),
    ended: seconds(ended),
    error: error ?? null,
  };
}
