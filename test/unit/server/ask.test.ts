import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { expect, it } from 'vitest';
import { createAdmission } from '#server/service/admission.ts';
import { withinLimits } from '#server/service/ask.ts';
import { whenOver } from '#server/service/connections.ts';
import type { Service } from '#server/service/service.ts';
import { createStatistics } from '#server/service/statistics.ts';

it('counts a picture more for each image where the engine keeps an auxiliary one, and what the network is told', async () => {
  const admission = createAdmission({ queue: 8, memory: 2 ** 30 });
  const statistics = createStatistics();
  const service = { options: { timeout: 60 }, admission, statistics, closing: () => false } as Service;
  const held = async (auxiliary: number, told = 0) => {
    const raw = new EventEmitter();
    const reply = { raw, request: { raw: { socket: new EventEmitter() } } } as unknown as FastifyReply;
    const work = { model: 'tiny', client: 'one', count: 3, steps: 1, size: 1000, auxiliary, told };
    const bytes = await withinLimits(
      service,
      (over) => whenOver(reply, over),
      work,
      async () => admission.bytes,
    );
    raw.emit('close');
    expect(admission.bytes).toBe(0);
    return bytes;
  };
  expect((await held(1)) - (await held(0))).toBe(3 * 1000 * Float32Array.BYTES_PER_ELEMENT);
  expect((await held(0, 500)) - (await held(0))).toBeGreaterThanOrEqual(3 * 500 * 3 * Float32Array.BYTES_PER_ELEMENT);
});
