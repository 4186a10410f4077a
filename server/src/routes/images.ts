/**
 * `POST /v1/images/generations`, `edits` and `variations`, in the shape of OpenAI's images API: its official clients work
 * unchanged. Additions: `seed`, `steps`, `sampler`, `eta`, `label`, `condition` and `guidance`, for pictures that start
 * from one `strength` and `resamples`, and PNG itself if `Accept` asks for it.
 */
import type { EngineModel } from '@onnoise/runtime-node/engine';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type FieldTypes, takeForms } from '../bodies/form-body.ts';
import { Refusal } from '../errors/errors.ts';
import { KEPT_SECONDS } from '../pictures/kept-pictures.ts';
import { OUTPUT_FORMATS, typeOf } from '../pictures/representation.ts';
import { type Given, type StartPicture, toTask } from '../requests/generation.ts';
import {
  editSchema,
  failures,
  type GenerationBody,
  generationSchema,
  OPENAI_ERROR,
  variationSchema,
} from '../requests/schemas.ts';
import { readEdit, readVariation } from '../requests/start-files.ts';
import { toldInForm, toldInJson } from '../requests/told-files.ts';
import type { SchemaTypes, Typed } from '../requests/typed.ts';
import { allowedTo, ownerOf } from '../service/owner.ts';
import { readHeld } from '../service/read-held.ts';
import { findModel, type Service } from '../service/service.ts';
import { withTables } from '../service/tables.ts';
import { answerPictures } from './picture-answer.ts';

export function imageRoutes(app: FastifyInstance, service: Service): void {
  const { options } = service;
  app
    .withTypeProvider<SchemaTypes>()
    .post(
      '/v1/images/generations',
      { schema: generationSchema(options), config: { limited: true } },
      async (request, reply) => {
        const model = findModel(service, request.body.model);
        const given = { conditionImages: await readHeld(service, { request, reply }, toldInJson(request.body), model) };
        const asked = { model, ...(await taskOf(service, request, model, given)), event: 'image_generation' as const };
        return answerPictures(service, request, reply, { ...asked, ...formOf(request.body) });
      },
    );
  formRoute(app, service, { path: '/v1/images/edits', schema: editSchema(options), read: readEdit });
  formRoute(app, service, { path: '/v1/images/variations', schema: variationSchema(options), read: readVariation });
  keptRoute(app, service);
}

type PictureRequest = FastifyRequest & { body: GenerationBody };

/** @throws Refusal as `toTask` does, and 504 where no engine comes that compiles the sampler's table */
async function taskOf(
  service: Service,
  request: PictureRequest,
  model: EngineModel,
  given: Given,
): Promise<ReturnType<typeof toTask>> {
  const owner = ownerOf(request, request.body.user);
  const allowed = allowedTo(request, service.options);
  return withTables(service, model.name, (compile) =>
    toTask(model, request.body, owner, { options: allowed, compile }, given),
  );
}

const formOf = ({ stream, response_format, return_masks }: GenerationBody) => ({
  streams: stream === true,
  addresses: response_format === 'url',
  masks: return_masks === true,
});

/** A picture that an answer gave the address of. */
function keptRoute(app: FastifyInstance, { kept, options }: Service): void {
  const schema = {
    tags: ['Images'],
    operationId: 'getPicture',
    summary: 'Get a picture by the address that an answer gave',
    params: { type: 'object', properties: { name: { type: 'string' } } },
    response: {
      200: {
        description: 'The picture.',
        content: Object.fromEntries(OUTPUT_FORMATS.map((format) => [typeOf(format), { schema: BINARY }])),
      },
      ...failures(OPENAI_ERROR, 403, 404),
    },
  };
  app.get<{ Params: { name: string } }>(
    `${FILES}/:name`,
    { schema, config: { open: true, shown: true } },
    async (request, reply) => {
      const picture = kept.find(request.params.name);
      if (picture === undefined) {
        throw new Refusal(
          404,
          'not_found',
          'There is no picture at this address: it was kept for an hour, or for less if many were.',
        );
      }
      if (options.corsOrigins.length > 0) void reply.header('cross-origin-resource-policy', 'cross-origin');
      return reply.type(picture.type).header('cache-control', `private, max-age=${KEPT_SECONDS}`).send(picture.bytes);
    },
  );
}

const FILES = '/v1/images/files';
const BINARY = { type: 'string', format: 'binary' };

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
      const model = findModel(service, request.body.model);
      const given = {
        start: await read(request, model),
        conditionImages: await readHeld(service, { request, reply }, toldInForm(request), model),
      };
      const asked = { model, ...(await taskOf(service, request, model, given)), event: 'image_edit' as const };
      return answerPictures(service, request, reply, { ...asked, ...formOf(request.body) });
    });
  });
}
