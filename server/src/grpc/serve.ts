/**
 * The Open Inference Protocol over gRPC, on a port of its own, with the limits, keys and metrics of HTTP.
 * https://github.com/kserve/open-inference-protocol, whose definition is beside this file, and what of Triton's extensions
 * perf_analyzer asks for
 */
import { fileURLToPath } from 'node:url';
import type { Metadata, ServerUnaryCall, ServiceDefinition, ServiceError, sendUnaryData } from '@grpc/grpc-js';
import { imageSize } from '@onnoise/runtime-node';
import type { FastifyBaseLogger } from 'fastify';
import { Refusal, toRefusal } from '../errors/errors.ts';
import { clientOf } from '../options/address.ts';
import type { NamedKey } from '../options/keys.ts';
import { configOf, toCall, wantedOutput } from '../requests/inference.ts';
import { toldSize } from '../requests/told-fields.ts';
import { withinLimits } from '../service/ask.ts';
import type { WhenOver } from '../service/connections.ts';
import { allowedTo } from '../service/owner.ts';
import { findVersion, type Service } from '../service/service.ts';
import { createCallLimit } from './call-limit.ts';
import { loadGrpc } from './libraries.ts';
import { type InferRequest, metadataOf, toAnswer, toBody } from './messages.ts';

export interface GrpcServer {
  port: number;
  /** Finishes what runs, for at most `limit` milliseconds. */
  close(limit: number): Promise<void>;
  kill(): void;
}

/** What a call has besides its request. */
interface Caller {
  client: string;
  key: NamedKey | undefined;
  /** Names the connection. */
  peer: string;
  whenOver: WhenOver;
}

type Handler<Request> = (request: Request, caller: Caller) => Promise<object>;
interface Named {
  name: string;
  version: string;
}

const SERVICE = '/inference.GRPCInferenceService';
/** The protocol, and Triton's extensions of the same service. */
const PROTOS = ['open_inference_grpc.proto', 'triton_extensions.proto'].map((name) =>
  fileURLToPath(new URL(`./${name}`, import.meta.url)),
);

/** @throws InputError where the libraries are missing; Error for a port that it cannot listen on */
export async function serveGrpc(
  service: Service,
  log: FastifyBaseLogger,
  { host, port }: { host: string; port: number },
): Promise<GrpcServer> {
  const { grpc, loader } = await loadGrpc();
  const { options, keys, gate, metrics, admission, supervisor, tracing, draining } = service;
  const form = { keepCase: true, longs: Number, defaults: true, arrays: true, objects: true };
  const methods = PROTOS.map((path) => loader.loadSync(path, form)[SERVICE.slice(1)] as ServiceDefinition);
  const statuses = grpc.status;
  const limit = createCallLimit(options.rate);
  const CODES: Readonly<Record<number, number>> = {
    400: statuses.INVALID_ARGUMENT,
    401: statuses.UNAUTHENTICATED,
    404: statuses.NOT_FOUND,
    429: statuses.RESOURCE_EXHAUSTED,
    499: statuses.CANCELLED,
    500: statuses.INTERNAL,
    503: statuses.UNAVAILABLE,
    504: statuses.DEADLINE_EXCEEDED,
  };

  /** @param open needs no key */
  function unary<Request>(method: string, handler: Handler<Request>, open = false) {
    return (call: ServerUnaryCall<Request, object>, answer: sendUnaryData<object>) => {
      const began = performance.now();
      const overs = new Set<() => void>();
      const over = () => {
        for (const one of [...overs]) one();
      };
      call.on('cancelled', over);
      const whenOver: WhenOver = (callback) => {
        const once = () => {
          overs.delete(once);
          callback();
        };
        if (call.cancelled) callback();
        else overs.add(once);
        return () => overs.delete(once);
      };
      const peer = call.getPeer();
      const address = clientOf(
        peer
          .replace(/^ipv[46]:/, '')
          .replace(/:\d+$/, '')
          .replace(/^\[|\]$/g, ''),
      );
      let client = address;
      let known = false;
      const route = `${SERVICE}/${method}`;
      const attributes = { 'rpc.system': 'grpc', 'rpc.method': method, 'client.address': address };
      const traced = open ? undefined : tracing.begin(route.slice(1), attributes, call.metadata.get('traceparent')[0]);
      const finish = (status: number) => {
        metrics.requests.inc({ route, method: 'gRPC', status });
        if (known) metrics.ofClient.request(client, status);
        const ms = Math.round(performance.now() - began);
        log.info({ method: 'gRPC', route, status, ms, client, ...traced?.ids }, 'answered');
        traced?.end(status);
        over();
      };
      const run = async () => {
        const key = keys.keyed && !open ? gate.keyOf(address, authorizationOf(call.metadata)) : undefined;
        client = key?.name ?? address;
        known = key !== undefined;
        return handler(call.request, { client, key, peer, whenOver });
      };
      run().then(
        (result) => {
          answer(null, result);
          finish(200);
        },
        (error: unknown) => {
          const refusal = toRefusal(error);
          metrics.errors.inc({ code: refusal.code });
          if (refusal.statusCode === 500) log.error({ err: error }, 'a request failed');
          const metadata = new grpc.Metadata();
          if (refusal.retryAfter !== undefined) metadata.set('retry-after', String(refusal.retryAfter));
          const code = CODES[refusal.statusCode] ?? statuses.UNKNOWN;
          answer({ code, details: refusal.message, metadata } as ServiceError, null);
          finish(refusal.statusCode);
        },
      );
    };
  }

  async function infer(request: InferRequest, { client, key, peer, whenOver }: Caller): Promise<object> {
    limit(client, key?.rate);
    const { body, binary } = toBody(request);
    if (body.inputs.every(({ name }) => name !== 'sample')) throw noSample();
    for (const { name } of body.outputs ?? []) if (name !== 'out_sample') throw otherOutput(name);
    const model = findVersion(service, { model: request.model_name, ...versionOf(request.model_version) });
    wantedOutput(body);
    const owner = { client, user: peer, weight: key?.priority };
    const task = toCall(model, body, binary, owner, allowedTo({ key }, options));
    const free = admission.hold(binary.length, client);
    whenOver(free);
    const count = task.timesteps.length;
    const [size, told] = [imageSize(model.shape), toldSize(model)];
    const limits = { model: model.name, client, count, steps: 1, size, told };
    const called = await withinLimits(service, whenOver, limits, ({ signal }) => supervisor.call(task, { signal }));
    for (const { waited, took } of called) service.statistics.image(model.name, waited, took);
    const rows = called.map(({ image }) => image);
    return toAnswer(model, request, body, rows);
  }

  const server = new grpc.Server({ 'grpc.max_receive_message_length': options.maxBody });
  const handlers = {
    ServerLive: unary('ServerLive', async () => ({ live: true }), true),
    ServerReady: unary('ServerReady', async () => ({ ready: supervisor.ready && !draining() }), true),
    ModelReady: unary<Named>('ModelReady', async ({ name, version }) => {
      findVersion(service, { model: name, ...versionOf(version) });
      return { ready: true };
    }),
    ServerMetadata: unary('ServerMetadata', async () => ({
      name: 'onnoise',
      version: '0.1.0',
      extensions: ['binary_tensor_data', 'model_configuration', 'statistics'],
    })),
    ModelMetadata: unary<Named>('ModelMetadata', async ({ name, version }) =>
      metadataOf(findVersion(service, { model: name, ...versionOf(version) })),
    ),
    ModelInfer: unary<InferRequest>('ModelInfer', infer),
    ModelConfig: unary<Named>('ModelConfig', async ({ name, version }) => ({
      config: configOf(findVersion(service, { model: name, ...versionOf(version) })),
    })),
    ModelStatistics: unary<Named>('ModelStatistics', async ({ name, version }) => {
      const asked = name === '' ? supervisor.models : [findVersion(service, { model: name, ...versionOf(version) })];
      return { model_stats: asked.map((model) => service.statistics.of(model.name)) };
    }),
  };
  server.addService(Object.assign({}, ...methods), handlers);
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, to) =>
      error ? reject(error) : resolve(to),
    );
  });
  return {
    port: bound,
    close: (patience) =>
      new Promise((resolve) => {
        const late = setTimeout(() => server.forceShutdown(), patience);
        server.tryShutdown(() => {
          clearTimeout(late);
          resolve();
        });
      }),
    kill: () => server.forceShutdown(),
  };
}

/** The protocol's empty text is no version. */
const versionOf = (version: string) => (version === '' ? {} : { version });

const authorizationOf = (metadata: Metadata): string | undefined => metadata.get('authorization')[0]?.toString();

const noSample = () => new Refusal(400, 'invalid_value', 'Cannot call the network: inputs must have sample.');
const otherOutput = (name: string) =>
  new Refusal(400, 'invalid_value', `Cannot call the network: outputs must be out_sample, received ${name}.`);
