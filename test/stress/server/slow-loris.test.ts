/** Clients that are slow on purpose: the server disconnects them, and serves others meanwhile. */
import { describe, expect, it } from 'vitest';
import type { Server } from '#server/index.ts';
import { ask } from '#test/load/client.ts';
import { answersIn, GENERATE, open, post, type RawConnection } from '#test/load/raw.ts';
import { expectHealthy, startServer } from '#test/load/start.ts';

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
  it('has limits for heads and bodies', async () => {
    const { server } = await startServer();
    const { headersTimeout, requestTimeout, maxConnections, timeout } = server.app.server;
    expect({ headersTimeout, requestTimeout, maxConnections, timeout }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      maxConnections: 1024,
      timeout: 90_000,
    });
  });

  it('lets go of 100 that send a head byte by byte, with 408, and serves others meanwhile', async () => {
    const { server, port } = await startServer();
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

  it('lets go of 100 that connect and say nothing', async () => {
    const { server, port } = await startServer();
    hurry(server);
    const silent = await Promise.all(Array.from({ length: 100 }, () => open(port)));
    expect((await ask(port, { seed: 1, steps: 2 })).status).toBe(200);
    for (const { closed } of silent) await closed;
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
    const statuses: (number | undefined)[] = [];
    for (const { closed, text } of slow) {
      await closed;
      statuses.push(answersIn(text())[0]?.status);
    }
    expect(statuses.filter((status) => status === 408)).toHaveLength(8);
    expect(statuses.filter((status) => status === 429)).toHaveLength(32);
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
    while (server.depth === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await server.close();
    expect((await running).status).toBe(200);
    for (const { closed } of slow) await closed;
  });
});
