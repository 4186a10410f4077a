/** Who waits for whom among the requests of one client, and of several connections. */
import { describe, expect } from 'vitest';
import { eachLong } from '#test/each-long.ts';
import { ask, keepAlive, type Reply } from '#test/load/client.ts';
import { startServer } from '#test/load/start.ts';
import { until } from '#test/load/until.ts';

const MANY = { n: 16, steps: 1000, sampler: 'ddim' };
const ONE = { n: 1, steps: 10, sampler: 'ddim' };

describe('one picture of a client that has asked for many', () => {
  const CLIENTS = [
    { who: 'of another user on the same connection', many: { user: 'many' }, one: { user: 'one' } },
    { who: 'on another connection', many: {}, one: {} },
  ];
  eachLong(CLIENTS, 'comes before them $who', async ({ many, one }) => {
    const { server, port } = await startServer({ maxBatch: 2, maxImages: 16 });
    const ended: string[] = [];
    const note = (name: string) => (reply: Reply) => {
      expect(reply.status).toBe(200);
      ended.push(name);
    };
    const agent = keepAlive(1);
    const first = ask(port, { ...MANY, ...many }).then(note('many'));
    await until('they are computed', () => server.depth === 16);
    const second = ask(port, { ...ONE, ...one }, { agent }).then(note('one'));
    await Promise.all([first, second]);
    agent.destroy();
    expect(ended).toEqual(['one', 'many']);
  });
});
