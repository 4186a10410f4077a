import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { writeSet } from '#phantom/write-set.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

const threads = vi.hoisted(() => ({ started: 0, stopped: 0 }));

vi.mock('#phantom/artist.ts', () => ({
  async startArtist() {
    if (++threads.started === 2) throw new Error('no thread can be made');
    return {
      draw: () => new Promise(() => {}),
      stop: async () => void threads.stopped++,
    };
  },
}));

it('writeSet ends the threads that began where another cannot', async () => {
  const folder = await temporaryFolder();
  const work = writeSet({ count: 400, size: 32, threads: 3, out: join(folder, 'hands') });
  await expect(work).rejects.toThrow('no thread can be made');
  expect(threads).toEqual({ started: 3, stopped: 2 });
  expect(readdirSync(folder)).toEqual([]);
});
