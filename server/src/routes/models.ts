/** `GET /v1/models`: the models, in the form that OpenAI's clients list them. */
import type { EngineModel } from '@onnoise/runtime-node/engine';
import { pictureShapeOf, usualSampling } from '@onnoise/scheduler/model';
import type { FastifyInstance } from 'fastify';
import { sizeName } from '../pictures/form.ts';
import { describeMask } from '../requests/describe-mask.ts';
import { failures, OPENAI_ERROR } from '../requests/schemas.ts';
import { findModel, type Service } from '../service/service.ts';

const described = { tags: ['Images'] };
const model = { type: 'object', additionalProperties: true, properties: { id: { type: 'string' } } };
const answers = (schema: object) => ({
  200: { description: 'OK', content: { 'application/json': { schema } } },
});

const toldMask = ({ conditionImage, nullCondition }: EngineModel) =>
  conditionImage?.mask ? { ...describeMask(conditionImage.mask), required: !nullCondition } : null;

const toldPicture = ({ conditionImage, nullCondition }: EngineModel) =>
  conditionImage && !conditionImage.mask ? { channels: conditionImage.shape[0], required: !nullCondition } : null;

export function modelRoutes(app: FastifyInstance, service: Service): void {
  const started = Math.floor(Date.now() / 1000);
  const describe = (one: EngineModel) => ({
    id: one.name,
    object: 'model',
    created: started,
    owned_by: 'onnoise',
    size: sizeName(one),
    channels: pictureShapeOf(one)[0],
    ...(one.channelNames && { channel_names: one.channelNames }),
    classes: one.classes,
    ...(one.classNames && { class_names: one.classNames }),
    ...(one.trainedOn && { trained_on: one.trainedOn }),
    // the default scale; null for a model that takes none
    guidance: one.nullCondition && !one.distilled ? usualSampling(one).guidance : null,
    // of a student, which is asked for no other steps
    ...(one.distilled && { distilled: one.distilled }),
    conditions: one.conditions.map(({ name, min, max, mean }) => ({
      name,
      min,
      max,
      mean,
      required: !one.nullCondition,
    })),
    // what it is told of each image as a picture, and what it draws beside pictures; null: nothing
    masks: toldMask(one),
    condition_images: toldPicture(one),
    drawn_masks: one.maskOutput ? describeMask(one.maskOutput) : null,
    timesteps: one.scheduler.num_train_timesteps,
    device: one.device,
    format: one.format,
    hash: `sha256:${one.hash}`,
  });

  app.get(
    '/v1/models',
    {
      schema: {
        ...described,
        operationId: 'listModels',
        summary: 'List the models',
        response: {
          ...answers({
            type: 'object',
            properties: { object: { type: 'string' }, data: { type: 'array', items: model } },
          }),
          ...failures(OPENAI_ERROR, 401, 403, 503),
        },
      },
    },
    async () => ({ object: 'list', data: service.supervisor.models.map(describe) }),
  );
  app.get<{ Params: { model: string } }>(
    '/v1/models/:model',
    {
      schema: {
        ...described,
        operationId: 'getModel',
        summary: 'Describe a model',
        params: { type: 'object', properties: { model: { type: 'string' } } },
        response: { ...answers(model), ...failures(OPENAI_ERROR, 401, 403, 404, 503) },
      },
    },
    async ({ params }) => describe(findModel(service, params.model)),
  );
}
