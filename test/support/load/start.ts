/** A server on a real socket with its own engine, and what must hold after any test. */
import { expect, onTestFinished } from 'vitest';
import { createServer, type Server } from '#server/index.ts';
import type { ServerOptions } from '#server/options/options.ts';
import { tinyArtefact } from '../models/tiny-onnx.ts';
import { until } from './until.ts';

export interface Running {
  server: Server;
  /** http://127.0.0.1:port */
  url: string;
  port: number;
}

/**
 * Starts a server for one test; by default with the tiny model, with 1,000 timesteps and 10 classes. At the end of the
 * test it must be idle, serve, and close, without any warning from Node.
 */
export async function startServer(options: Partial<ServerOptions> = {}): Promise<Running> {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  const models = options.models ?? { tiny: await tinyArtefact({ T: 1000, classes: 10 }) };
  const server = await createServer({ rate: 0, timeout: 60, ...options, models });
  const url = await server.listen({ port: 0 });
  onTestFinished(async () => {
    const closed = server.app.server.listening ? server.close() : undefined;
    await closed;
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });
  return { server, url, port: Number(new URL(url).port) };
}

/** Numbers of `GET /metrics`, by name with labels. */
export async function metricsOf({ app }: Server): Promise<Record<string, number>> {
  const { payload } = await app.inject('/metrics');
  const lines = payload.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.replace(/ \S+$/, ''), Number(/\S+$/.exec(line)![0])]));
}

/** Waits until nothing is held or computed, then requests a picture and gets it. */
export async function expectHealthy(server: Server): Promise<void> {
  await until('the queue is empty', () => server.depth === 0);
  await until('no bytes are held', async () => (await metricsOf(server)).onnoise_request_bytes === 0);
  const steps = async () => (await metricsOf(server)).onnoise_step_seconds_count!;
  await until('the engine stands still', async () => {
    const before = await steps();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return (await steps()) === before;
  });
  const { statusCode, payload } = await server.app.inject({
    method: 'POST',
    url: '/v1/images/generations',
    payload: { seed: 1, steps: 2 },
  });
  expect(payload).toContain('b64_json');
  expect(statusCode).toBe(200);
}
