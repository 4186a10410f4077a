/**
 * The Open Inference Protocol, version 2, over HTTP and JSON: health, metadata, and calls of the network itself.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import { imageSize } from '@onnoise/runtime-node';
import type { FastifyInstance } from 'fastify';
import { JSON_LENGTH, takeBinaryBodies, withBytes } from '../bodies/binary-body.ts';
import {
  INFERENCE_BODY,
  outputType,
  parametersOf,
  paramsOf,
  tensorsOf,
  toCall,
  toOutput,
  wantedOutput,
} from '../requests/inference.ts';
import { v2Schema } from '../requests/schemas.ts';
import { toldSize } from '../requests/told-fields.ts';
import type { SchemaTypes } from '../requests/typed.ts';
import { withinLimits } from '../service/ask.ts';
import { whenOver } from '../service/connections.ts';
import { allowedTo, ownerOf } from '../service/owner.ts';
import { findVersion, type Service, VERSION } from '../service/service.ts';

export function inferenceRoutes(app: FastifyInstance, service: Service): void {
  serverRoutes(app, service);
  for (const path of PATHS) modelRoutes(app, service, path);
  app.register(async (scope) => {
    takeBinaryBodies(scope);
    for (const path of PATHS) callRoute(scope, service, path);
  });
}

function serverRoutes(app: FastifyInstance, service: Service): void {
  app.get('/v2', { schema: schemaOf('getServer', 'Describe the server') }, async () => ({
    name: 'onnoise',
    version: '0.1.0',
    extensions: ['binary_tensor_data', 'model_configuration', 'statistics', 'model_repository'],
  }));
  const live = {
    config: { open: true, health: true },
    schema: schemaOf('checkLive', 'Say whether the server runs', true),
  };
  app.get('/v2/health/live', live, async () => ({ live: true }));
  const schema = {
    ...schemaOf('checkReady', 'Say whether the server takes requests', true),
    response: { 200: READY, 503: READY },
  };
  app.get('/v2/health/ready', { config: { open: true, health: true }, schema }, async (_, reply) => {
    const ready = service.supervisor.ready && !service.draining();
    return reply.code(ready ? 200 : (503 as 200)).send({ ready });
  });
}

function modelRoutes(app: FastifyInstance, service: Service, path: string): void {
  const typed = app.withTypeProvider<SchemaTypes>();
  typed.get(
    path,
    { schema: { ...schemaOf(idOf('getModelMetadata', path), 'Describe a model'), params: paramsOf(path) } },
    async ({ params }) => {
      const model = findVersion(service, params);
      const head = { name: model.name, versions: [VERSION], platform: 'onnxruntime_onnx' };
      return { ...head, ...tensorsOf(model), parameters: parametersOf(model) };
    },
  );
  const ready = {
    schema: { ...schemaOf(idOf('checkModelReady', path), 'Say whether a model is loaded'), params: paramsOf(path) },
  };
  typed.get(`${path}/ready`, ready, async ({ params }) => {
    const { name } = findVersion(service, params);
    return { name, ready: true };
  });
}

function callRoute(app: FastifyInstance, service: Service, path: string): void {
  app.withTypeProvider<SchemaTypes>().post(
    `${path}/infer`,
    {
      config: { limited: true },
      schema: { ...schemaOf(idOf('infer', path), 'Call the network'), params: paramsOf(path), body: INFERENCE_BODY },
    },
    async (request, reply) => {
      const { params, body, binary, client } = request;
      const model = findVersion(service, params);
      const wanted = wantedOutput(body);
      const task = toCall(model, body, binary, ownerOf(request), allowedTo(request, service.options));
      const limits = {
        model: model.name,
        client,
        count: task.timesteps.length,
        steps: 1,
        size: imageSize(model.shape),
        told: toldSize(model),
      };
      const called = await withinLimits(
        service,
        (over) => whenOver(reply, over),
        limits,
        ({ signal }) => service.supervisor.call(task, { signal }),
      );
      for (const { waited, took } of called) service.statistics.image(model.name, waited, took);
      const rows = called.map(({ image }) => image);
      const named = { model_name: model.name, model_version: VERSION };
      const head = body.id === undefined ? named : { ...named, id: body.id };
      if (wanted === 'none') return { ...head, outputs: [] };
      const { output, bytes } = toOutput(model, rows, { binary: wanted === 'binary', datatype: outputType(body) });
      const answer = { ...head, outputs: [output] };
      if (bytes === undefined) return answer;
      const { length, body: sent } = withBytes(answer, bytes);
      return reply.type('application/octet-stream').header(JSON_LENGTH, length).send(sent);
    },
  );
}

/** The same operation under an address with a version has its own id. */
const idOf = (operation: string, path: string) => (path.includes(':version') ? `${operation}OfVersion` : operation);

const schemaOf = (operationId: string, summary: string, open = false) =>
  v2Schema(operationId, summary, ...(open ? [503] : [400, 401, 403, 404, 429, 500, 503, 504]));

const PATHS = ['/v2/models/:model', '/v2/models/:model/versions/:version'];
const READY = {
  description: 'Whether it is.',
  content: { 'application/json': { schema: { type: 'object', properties: { ready: { type: 'boolean' } } } } },
};
