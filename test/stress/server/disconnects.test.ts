/** Clients that disconnect at any moment: nothing of theirs stays, and no other client notices. */
import { describe, expect, it } from 'vitest';
import { ask, eventsIn, inLanes } from '#test/load/client.ts';
import { answersIn, GENERATE, open, post } from '#test/load/raw.ts';
import { expectHealthy, metricsOf, startServer } from '#test/load/start.ts';
import { until } from '#test/load/until.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';

const LONG = { steps: 1000, sampler: 'ddim', n: 4, label: 1 };
const SHORT = { steps: 200, sampler: 'ddim', n: 2, label: 1 };

describe('a server whose clients leave', () => {
  it('forgets 1,000 that leave before, amid and after the events of a stream', { timeout: 120_000 }, async () => {
    const errors: string[] = [];
    const stream = { write: (line: string) => void errors.push(line) };
    const { server, port } = await startServer({ logger: { level: 'error', stream } });
    await inLanes(1000, 25, async (i) => {
      const { socket, text, closed } = await open(port);
      socket.write(post(GENERATE, { ...SHORT, seed: i, stream: true, partial_images: 3 }));
      const moment = i % 5;
      if (moment > 0) await until('events come', () => text().includes('event: ') || socket.destroyed);
      if (moment === 1) await until('pictures come', () => text().includes('completed') || text().includes('429'));
      if (i % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
      await closed;
    });
    await expectHealthy(server);
    expect(errors).toEqual([]);
  });

  it('stops computing for clients that wait for JSON and leave', async () => {
    const { server, port } = await startServer({ maxBatch: 1 });
    const gone = new AbortController();
    const asked = Array.from({ length: 8 }, (_, seed) => ask(port, { ...LONG, n: 16, seed }, { signal: gone.signal }));
    await until('all wait', () => server.depth === 128);
    gone.abort();
    for (const one of await Promise.allSettled(asked)) expect(one.status).toBe('rejected');
    await until('nothing waits', () => server.depth === 0);
    await expectHealthy(server);
    const { onnoise_step_seconds_count: steps = 0 } = await metricsOf(server);
    expect(steps).toBeLessThan(8 * 16 * 1000);
  });

  it('answers requests in line once each, in their order, and forgets those of a connection that ends', async () => {
    const { server, port } = await startServer();
    const gone = await open(port);
    gone.socket.write(Array.from({ length: 40 }, (_, seed) => post(GENERATE, { ...LONG, seed })).join(''));
    await until('some are taken on', () => server.depth >= 40);
    gone.socket.destroy();
    await gone.closed;
    await until('they are forgotten', () => server.depth === 0);
    const { socket, closed, text } = await open(port);
    const seeds = Array.from({ length: 40 }, (_, seed) => seed);
    // The first take longest, so the last finish earlier.
    socket.write(seeds.map((seed) => post(GENERATE, { seed, steps: 400 - 10 * seed, sampler: 'ddim' })).join(''));
    await until('all are answered', () => answersIn(text()).length >= seeds.length);
    socket.end();
    await closed;
    const answers = answersIn(text());
    expect(answers.map(({ status }) => status)).toEqual(seeds.map(() => 200));
    expect(answers.map(({ body }) => JSON.parse(body).data[0].seed)).toEqual(seeds);
    await expectHealthy(server);
  });

  it('answers a client that has closed its side of the connection', async () => {
    const { server, port } = await startServer();
    const short = { seed: 5, steps: 300, sampler: 'ddim', n: 4 };
    for (const body of [short, { ...short, stream: true }]) {
      const { socket, text, closed } = await open(port);
      socket.write(post(GENERATE, body));
      await until('it is begun', () => server.depth > 0);
      socket.end();
      await closed;
      expect(text()).toContain('HTTP/1.1 200 OK');
      expect(text().match(/"seed":\d+/g)).toHaveLength(4);
    }
    await expectHealthy(server);
  });

  it('closes connections that are half closed, and keeps nothing', async () => {
    const { server, port } = await startServer();
    const wholes = ['', 'POST /v1/images', post(GENERATE, { ...LONG, seed: 1 }), post(GENERATE, LONG).slice(0, -4)];
    for (let i = 0; i < 100; i++) {
      const { socket, closed } = await open(port);
      socket.write(wholes[i % wholes.length]!);
      socket.end();
      await closed;
    }
    await until('no connection is open', () => connections(server.app.server).then((open) => open === 0));
    await expectHealthy(server);
  });

  it('holds none of it against itself: no error is logged or counted, whenever they leave', async () => {
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    // Large enough that none is answered while this process waits for its turn.
    const large = await tinyArtefact({ T: 1000, classes: 10, shape: [3, 128, 128] });
    const { server, port } = await startServer({ models: { large }, logger: { level: 'info', stream } });
    let left = 0;
    for (const stream of [true, false]) {
      const body = { ...LONG, n: 16, ...(stream && { stream, partial_images: 10 }) };
      for (const end of ['destroy', 'resetAndDestroy'] as const) {
        for (const amid of stream ? [false, true] : [false]) {
          const { socket, text, closed } = await open(port);
          socket.write(post(GENERATE, body));
          await until('it is begun', () => (amid ? text().includes('event: ') : server.depth > 0));
          socket[end]();
          await closed;
          await until('it is given up', () => server.depth === 0);
          left++;
        }
      }
    }
    const gone = `onnoise_requests_total{route="${GENERATE}",method="POST",status="499"}`;
    await until('all are counted', async () => (await metricsOf(server))[gone] === left);
    const metrics = Object.keys(await metricsOf(server));
    expect(metrics.filter((name) => name.startsWith('onnoise_errors_total') || /status="5/.test(name))).toEqual([]);
    const logged = lines.map((line) => JSON.parse(line) as { level: number; msg: string });
    expect(logged.filter(({ level }) => level > 30)).toEqual([]);
    expect(logged.filter(({ msg }) => msg === 'the client left')).toHaveLength(left);
  });

  it('serves others while a reader takes nothing, misses what may be missed and tells all pictures later', async () => {
    const noise = await tinyArtefact({ T: 1000, shape: [3, 128, 128], gain: 1 });
    const { server, port } = await startServer({ models: { noise } });
    const { socket, text, closed } = await open(port);
    socket.pause();
    socket.write(post(GENERATE, { seed: 1, n: 16, steps: 20, stream: true, partial_images: 10, sampler: 'ddpm' }));
    await until('the stream begins', () => server.depth > 0);
    expect((await ask(port, { seed: 2, steps: 2 })).status).toBe(200);
    await until('all is computed', () => server.depth === 0);
    socket.resume();
    await until('all pictures came', () => text().split('event: image_generation.completed').length === 17);
    socket.end();
    await closed;
    const done = eventsIn(text()).filter(({ event }) => event === 'image_generation.completed');
    expect(new Set(done.map(({ data }) => data.index)).size).toBe(16);
    await expectHealthy(server);
  });
});

function connections(server: { getConnections(done: (error: Error | null, count: number) => void): unknown }) {
  return new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
