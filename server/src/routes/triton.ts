/**
 * Triton's extensions of the Open Inference Protocol over HTTP: model configuration, statistics and model repository.
 * https://github.com/triton-inference-server/server/tree/main/docs/protocol
 */
import type { FastifyInstance } from 'fastify';
import { takeBinaryBodies } from '../bodies/binary-body.ts';
import { Refusal } from '../errors/errors.ts';
import { configOf } from '../requests/inference.ts';
import { v2Schema } from '../requests/schemas.ts';
import { findVersion, type Service, VERSION } from '../service/service.ts';

interface Named {
  Params: { model: string; version?: string };
}

export function tritonRoutes(app: FastifyInstance, service: Service): void {
  const { statistics } = service;
  for (const path of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    const suffix = path.includes(':version') ? 'OfVersion' : '';
    app.get<Named>(
      `${path}/config`,
      {
        schema: {
          ...schemaOf(`getModelConfig${suffix}`, 'Describe a model as Triton configures it'),
          params: paramsOf(path),
        },
      },
      async ({ params }) => configOf(findVersion(service, params)),
    );
    app.get<Named>(
      `${path}/stats`,
      { schema: { ...schemaOf(`getModelStatistics${suffix}`, 'What a model has done'), params: paramsOf(path) } },
      async ({ params }) => ({ model_stats: [statistics.of(findVersion(service, params).name)] }),
    );
  }
  app.get('/v2/models/stats', { schema: schemaOf('getStatistics', 'What all models have done') }, async () => ({
    model_stats: service.supervisor.models.map(({ name }) => statistics.of(name)),
  }));
  app.get('/v2/models', { schema: schemaOf('listModelNames', 'List the models that are loaded') }, async () => ({
    models: service.supervisor.models.map(({ name }) => name),
  }));

  app.register(async (scope) => {
    takeBinaryBodies(scope); // clients send no content type, or no body at all
    repositoryRoutes(scope, service);
  });
}

/** What may stand in the body, if there is one. */
type Given = { ready?: unknown; parameters?: object } | null | undefined;

function repositoryRoutes(app: FastifyInstance, { options, repository }: Service): void {
  app.post(
    '/v2/repository/index',
    { schema: schemaOf('indexRepository', 'List the models of this server, loaded or not') },
    async ({ body }) => {
      const onlyReady = (body as Given)?.ready === true;
      return repository
        .list()
        .filter(({ loaded }) => loaded || !onlyReady)
        .map(({ name, loaded }) => ({
          name,
          version: VERSION,
          state: loaded ? 'READY' : 'UNAVAILABLE',
          reason: loaded ? '' : 'unloaded',
        }));
    },
  );
  for (const act of ['load', 'unload'] as const) {
    const summary = act === 'load' ? 'Load a model, or load it again' : 'Unload a model';
    app.post<{ Params: { model: string } }>(
      `/v2/repository/models/:model/${act}`,
      { schema: { ...schemaOf(`${act}Model`, summary), params: paramsOf(':model') } },
      async ({ params: { model }, body }) => {
        if (options.modelControl !== 'explicit') {
          const rule = 'the server must run with --model-control explicit';
          throw new Refusal(403, 'not_allowed', `Cannot change the models: ${rule}.`);
        }
        const given = Object.keys((body as Given)?.parameters ?? {}).filter((name) => name !== 'unload_dependents');
        if (given.length > 0) {
          const rule = 'a model is loaded as its folder is, without parameters';
          throw new Refusal(400, 'invalid_value', `Cannot change the models: ${rule}, received ${given.join(', ')}.`);
        }
        await repository[act](model);
        return {};
      },
    );
  }
}

function paramsOf(path: string) {
  const name = { type: 'string' };
  return { type: 'object', properties: { model: name, ...(path.includes(':version') && { version: name }) } };
}

const schemaOf = (operationId: string, summary: string) => v2Schema(operationId, summary, 400, 401, 403, 404, 503);
