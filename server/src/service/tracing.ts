/**
 * Traces for OpenTelemetry, by its standard environment variables: a span for each request, as a child of the client's
 * `traceparent`, with one each for queue, steps and encoding. Without these variables nothing of it is loaded.
 */
import type { Attributes, Span, TimeInput } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { loadOptional } from '../errors/optional.ts';
import type { Marks } from '../pictures/timings.ts';
import { whenOver } from './connections.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its span, where requests are traced. */
    span: Span | undefined;
  }
}

export interface Tracing {
  /** Traces the requests of a server over HTTP. */
  follow(app: FastifyInstance): void;
  /** Begins the span of another call, as a child of its `traceparent`; undefined where calls are not traced. */
  begin(name: string, attributes: Attributes, traceparent: unknown): Traced | undefined;
  /** Adds the parts of a request's work to its span. */
  parts(request: FastifyRequest, marks: Marks): void;
  /** Sends what is left. */
  close(): Promise<void>;
}

interface Traced {
  /** For its lines in the log. */
  ids: { trace_id: string; span_id: string };
  /** @param status as over HTTP */
  end(status: number): void;
}

const OFF: Tracing = { follow() {}, begin: () => undefined, parts() {}, close: async () => {} };

/** Whether the environment asks for traces. */
function isOn(env: NodeJS.ProcessEnv): boolean {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter } = env;
  if (disabled === 'true' || exporter === 'none') return false;
  return Boolean(exporter || env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

/** @throws InputError where the environment asks for traces and the packages for it are not installed */
export async function startTracing(env: NodeJS.ProcessEnv = process.env): Promise<Tracing> {
  if (!isOn(env)) return OFF;
  const { api, NodeSDK } = await load();
  // Metrics and logs have ways of their own here, unless they are asked for as well.
  env.OTEL_METRICS_EXPORTER ??= 'none';
  env.OTEL_LOGS_EXPORTER ??= 'none';
  const sdk = new NodeSDK({ instrumentations: [], ...(env.OTEL_SERVICE_NAME ? {} : { serviceName: 'onnoise' }) });
  sdk.start();
  const tracer = api.trace.getTracer('onnoise');

  function start(name: string, attributes: Attributes, carrier: object): Traced & { span: Span } {
    const parent = api.propagation.extract(api.ROOT_CONTEXT, carrier);
    const span = tracer.startSpan(name, { kind: api.SpanKind.SERVER, attributes }, parent);
    const { traceId, spanId } = span.spanContext();
    const end = (status: number) => {
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR });
      span.end();
    };
    return { span, ids: { trace_id: traceId, span_id: spanId }, end };
  }

  function follow(app: FastifyInstance): void {
    app.decorateRequest('span', undefined);
    app.addHook('onRequest', async (request, reply) => {
      const { method, routeOptions, headers } = request;
      if (routeOptions.config.health) return;
      const route = routeOptions.url ?? 'none';
      const attributes = { 'http.request.method': method, 'http.route': route, 'client.address': request.client };
      const { span, ids, end } = start(`${method} ${route}`, attributes, headers);
      request.span = span;
      request.log = request.log.child(ids);
      whenOver(reply, () => end(reply.raw.writableEnded ? reply.statusCode : 499));
    });
  }

  function parts({ span }: FastifyRequest, { began, start, made, done }: Marks): void {
    if (span === undefined) return;
    const within = api.trace.setSpan(api.ROOT_CONTEXT, span);
    const part = (name: string, from: TimeInput, to: TimeInput) =>
      tracer.startSpan(name, { startTime: from }, within).end(to);
    part('queue', began, start);
    part('steps', start, made);
    part('encoding', made, done);
  }

  const begin = (name: string, attributes: Attributes, traceparent: unknown) =>
    start(name, attributes, traceparent === undefined ? {} : { traceparent: String(traceparent) });
  return { follow, begin, parts, close: () => sdk.shutdown().catch(() => {}) };
}

const load = () =>
  loadOptional('trace', ['@opentelemetry/api', '@opentelemetry/sdk-node'], async () => {
    const [api, { NodeSDK }] = await Promise.all([import('@opentelemetry/api'), import('@opentelemetry/sdk-node')]);
    return { api, NodeSDK };
  });
