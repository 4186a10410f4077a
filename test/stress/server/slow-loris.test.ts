/** Clients that are slow on purpose: the server disconnects them, and serves others meanwhile. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Server } from '#server/index.ts';
import { ask } from '#test/load/client.ts';
import { answersIn, GENERATE, open, post, type RawConnection } from '#test/load/raw.ts';
import { expectHealthy, startServer } from '#test/load/start.ts';
import { until } from '#test/load/until.ts';

/** A byte now and then, until the connection closes. */
function trickle({ socket, closed }: RawConnection, text: string): void {
  let sent = 0;
  const beat = setInterval(() => socket.write(text[sent++ % text.length]!), 50);
  void closed.then(() => clearInterval(beat));
}

/** A server's limits, shortened so that the test need not wait for Node's own timeouts. */
function hurry({ app: { server } }: Server): void {
  server.headersTimeout = 500;
  server.requestTimeout = 1000;
}

describe('a server with slow clients', () => {
  it('lets go of 100 that send a head byte by byte, with 408, and serves others meanwhile', async () => {
    const { server, port } = await startServer();
    const limits = { headersTimeout: 10_000, requestTimeout: 30_000, maxConnections: 1024, timeout: 90_000 };
    expect(server.app.server).toMatchObject(limits);
    hurry(server);
    const slow = await Promise.all(Array.from({ length: 100 }, () => open(port)));
    for (const connection of slow) {
      connection.socket.write(`POST ${GENERATE} HTTP/1.1\r\nhost: localhost\r\n`);
      trickle(connection, 'x-slow: 1\r\n');
    }
    for (let seed = 0; seed < 10; seed++) expect((await ask(port, { seed, steps: 2 })).status).toBe(200);
    for (const { closed, text } of slow) {
      await closed;
      const [answer] = answersIn(text());
      expect(answer?.status).toBe(408);
      expect(JSON.parse(answer!.body)).toMatchObject({ error: { code: 'too_slow' } });
    }
    await expectHealthy(server);
  });

  it('lets go of those that send a body byte by byte, and keeps half of the memory for others', async () => {
    const { server, port } = await startServer({ memory: 16 * 1024 * 1024 });
    hurry(server);
    const slow = await Promise.all(Array.from({ length: 40 }, () => open(port)));
    for (const connection of slow) {
      // Each announces a body of the largest allowed size.
      connection.socket.write(post(GENERATE, '', { 'content-length': '1048576' }));
      trickle(connection, ' ');
    }
    const other = await open(port, '127.0.0.2');
    other.socket.write(post(GENERATE, { seed: 1, steps: 2 }, { connection: 'close' }));
    await other.closed;
    expect(answersIn(other.text())[0]?.status).toBe(200);
    for (const { closed } of slow) await closed;
    const statuses = slow.map(({ text }) => answersIn(text())[0]?.status).sort();
    expect(statuses).toEqual([...Array(8).fill(408), ...Array(32).fill(429)]);
    await expectHealthy(server);
  });

  it('does not call slow whom it does not read, since their requests wait behind others', async () => {
    const { server, port } = await startServer();
    hurry(server);
    const [engine] = server.enginePids;
    const { socket, text, closed } = await open(port);
    const all = Array.from({ length: 40 }, (_, seed) => post(GENERATE, { seed, steps: 2 })).join('');
    process.kill(engine!, 'SIGSTOP');
    socket.write(all.slice(0, -4));
    await wait(3000); // longer than a request may take to come, and than the time between looks
    socket.write(all.slice(-4));
    process.kill(engine!, 'SIGCONT');
    await until('all are answered', () => answersIn(text()).length === 40 || socket.destroyed);
    socket.end();
    await closed;
    const answers = answersIn(text());
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
    await expectHealthy(server);
  });

  it('stops while clients are slow: what runs is answered, the slow are closed', async () => {
    const { server, port } = await startServer();
    const slow = await Promise.all(Array.from({ length: 20 }, () => open(port)));
    for (const [i, connection] of slow.entries()) {
      connection.socket.write(i % 2 === 0 ? 'POST / HTTP/1.1\r\n' : post(GENERATE, '', { 'content-length': '1000' }));
      trickle(connection, i % 2 === 0 ? 'x-slow: 1\r\n' : ' ');
    }
    const running = ask(port, { seed: 1, steps: 1000, sampler: 'ddim', n: 16 });
    await until('it runs', () => server.depth > 0);
    await server.close();
    expect((await running).status).toBe(200);
    for (const { closed } of slow) await closed;
  });
});
