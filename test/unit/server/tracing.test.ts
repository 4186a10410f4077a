/** Traces as OpenTelemetry's SDK sends them, received over OTLP. */
import { once } from 'node:events';
import { createServer as createReceiver } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServer } from '#server/index.ts';
import { startTracing } from '#server/service/tracing.ts';
import { grpcCaller } from '#test/load/grpc.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, IMAGES } from '#test/server.ts';

interface Sent {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

/** What an OTLP receiver is sent as JSON. */
async function receive() {
  const spans: Sent[] = [];
  const services: unknown[] = [];
  const receiver = createReceiver(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString());
    for (const { resource, scopeSpans } of resourceSpans) {
      services.push(resource.attributes.find(({ key }: { key: string }) => key === 'service.name')?.value.stringValue);
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0);
  await once(receiver, 'listening');
  onTestFinished(() => void receiver.close());
  return { spans, services, url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}` };
}

const VARIABLES = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_METRICS_EXPORTER',
  'OTEL_LOGS_EXPORTER',
];

describe('traces', () => {
  it('have a span for each request, with its parts, as a child of the client’s', async () => {
    const { spans, services, url } = await receive();
    onTestFinished(() => {
      for (const name of VARIABLES) delete process.env[name];
    });
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = url;
    process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
    const lines: Record<string, unknown>[] = [];
    const logger = { level: 'info', stream: { write: (line: string) => void lines.push(JSON.parse(line)) } };
    const server = await createServer({ models: { tiny: await tinyArtefact({ T: 1000 }) }, device: 'cpu', logger });
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01`, 'x-request-id': 'mine-1' };
    const answer = await ask(server, IMAGES, { body: { n: 2, steps: 50 }, headers });
    await ask(server, IMAGES, { body: { steps: 'many' } });
    await ask(server, '/v2/health/ready');
    await server.listen({ port: 0, grpcPort: 0 });
    const call = grpcCaller(server.grpcPort!);
    await call('ModelMetadata', { name: 'tiny' }, { traceparent: `00-${trace}-c7ad6b7169203331-01` });
    await call('ServerReady', {});
    await server.close();

    expect(services).toContain('onnoise');
    const [own, refused] = spans.filter(({ name }) => name === `POST ${IMAGES}`);
    expect(own).toMatchObject({ traceId: trace, parentSpanId: 'b7ad6b7169203331' });
    expect(refused!.traceId).not.toBe(trace);
    const status = (span: Sent) =>
      Number(span.attributes.find(({ key }) => key === 'http.response.status_code')!.value.intValue);
    expect([status(own!), status(refused!)]).toEqual([200, 400]);
    const parts = spans.filter(({ parentSpanId }) => parentSpanId === own!.spanId);
    expect(parts.map(({ name }) => name).sort()).toEqual(['encoding', 'queue', 'steps']);
    const length = ({ startTimeUnixNano, endTimeUnixNano }: Sent) =>
      Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e9;
    for (const part of parts) {
      expect(length(part)).toBeGreaterThanOrEqual(0);
      expect(length(part)).toBeCloseTo(answer.json.timings[part.name], 3);
    }
    expect(spans).toHaveLength(6);
    const called = spans.find(({ name }) => name === 'inference.GRPCInferenceService/ModelMetadata');
    expect(called).toMatchObject({ traceId: trace, parentSpanId: 'c7ad6b7169203331' });
    expect(lines.find(({ method }) => method === 'gRPC')).toMatchObject({ trace_id: trace, span_id: called!.spanId });
    expect(answer.headers['x-request-id']).toBe('mine-1');
    expect(lines.find(({ reqId }) => reqId === 'mine-1')).toMatchObject({
      trace_id: trace,
      span_id: own!.spanId,
      msg: 'answered',
    });
  });

  it.each([
    [{}],
    [{ OTEL_SDK_DISABLED: 'true', OTEL_TRACES_EXPORTER: 'otlp' }],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }],
  ])('are not made with %j', async (env) => {
    const tracing = await startTracing(env);
    expect(tracing.follow.toString()).toBe('follow() {}');
    await tracing.close();
  });
});
