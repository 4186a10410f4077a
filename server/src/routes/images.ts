/**
 * `POST /v1/images/generations`, `edits` and `variations`, in the shape of OpenAI's images API: its official clients work
 * unchanged. Additions: `seed`, `steps`, `sampler`, `eta`, `label`, `condition` and `guidance`, for pictures that start
 * from one `strength` and `resamples`, and PNG itself if `Accept` asks for it.
 */
import type { EngineModel } from '@onnoise/runtime-node/engine';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type FieldTypes, takeForms } from '../bodies/form-body.ts';
import { type StartPicture, toTask } from '../requests/generation.ts';
import { editSchema, type GenerationBody, generationSchema, variationSchema } from '../requests/schemas.ts';
import { readEdit, readVariation } from '../requests/start-files.ts';
import type { SchemaTypes, Typed } from '../requests/typed.ts';
import { findModel, type Service } from '../service/service.ts';
import { answerPictures } from './picture-answer.ts';

export function imageRoutes(app: FastifyInstance, service: Service): void {
  const { options } = service;
  app
    .withTypeProvider<SchemaTypes>()
    .post(
      '/v1/images/generations',
      { schema: generationSchema(options), config: { limited: true } },
      async (request, reply) => {
        const { body, client } = request;
        const model = findModel(service, body.model);
        const asked = { model, ...toTask(model, body, client, service), event: 'image_generation' as const };
        return answerPictures(service, request, reply, { ...asked, streams: body.stream === true });
      },
    );
  formRoute(app, service, { path: '/v1/images/edits', schema: editSchema(options), read: readEdit });
  formRoute(app, service, { path: '/v1/images/variations', schema: variationSchema(options), read: readVariation });
}

interface FormRoute {
  path: string;
  schema: Omit<ReturnType<typeof editSchema>, 'body'> & { body: Typed<GenerationBody> };
  /** What the form's files say that sampling starts from. */
  read: (request: FastifyRequest, model: EngineModel) => Promise<StartPicture>;
}

function formRoute(app: FastifyInstance, service: Service, { path, schema, read }: FormRoute): void {
  app.register(async (scope) => {
    takeForms(scope, schema.body.properties as FieldTypes);
    scope.withTypeProvider<SchemaTypes>().post(path, { schema, config: { limited: true } }, async (request, reply) => {
      const { body, client } = request;
      const model = findModel(service, body.model);
      const start = await read(request, model);
      const asked = { model, ...toTask(model, body, client, service, start), event: 'image_edit' as const };
      return answerPictures(service, request, reply, { ...asked, streams: body.stream === true });
    });
  });
}
