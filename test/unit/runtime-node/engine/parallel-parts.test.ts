import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inParts, serveNetwork } from '#runtime-node/engine/parallel-parts.ts';
import { startPart } from '#runtime-node/engine/part-thread.ts';
import { readModelFolder } from '#runtime-node/model-folder.ts';
import { createDenoiser, openSession } from '#runtime-node/session.ts';
import { expectClose } from '#test/compare.ts';
import { GUIDED, type TinyOptions, tinyArtefact, tinyOutput } from '#test/models/tiny-onnx.ts';
import { skipBecause } from '#test/skip.ts';

const DIGITS = join(import.meta.dirname, '../../../../models/digits');

async function part(options: TinyOptions = {}) {
  const { onnx, ...unet } = await readModelFolder(await tinyArtefact({ shape: [1, 2, 2], ...options }));
  const thread = await startPart({ onnx, unet, threads: 1, largest: 3 });
  onTestFinished(() => thread.stop());
  return { thread, unet, onnx };
}

describe('startPart', () => {
  it('tells the network of each image its timestep, class, conditions and mask, on one part after another', async () => {
    const { thread } = await part({ ...GUIDED, conditionImage: { classes: ['no', 'yes'] } });
    for (const n of [2, 1, 3]) {
      const x = Float32Array.from({ length: 4 * n }, (_, i) => i);
      const rows = Array.from({ length: n }, (_, k) => [(n + k) % 3, 0.5 * k, 1, ...[1, 0, 1, 0], ...[0, 1, 0, k]]);
      const timesteps = Float32Array.from(rows, (_, k) => 10 * k);
      thread.begin(
        x,
        timesteps,
        rows.map((row) => Float32Array.from(row)),
      );
      const expected = [...x].map((value, i) => {
        const [label, ...told] = rows[Math.floor(i / 4)]!;
        return tinyOutput(value, 10 * Math.floor(i / 4), label!, {}, told.slice(0, 2)) + told[6 + (i % 4)]! / 10;
      });
      expectClose(thread.end() as Float32Array, expected, { absolute: 1e-6 });
    }
  });

  it('refuses in a sentence a network that cannot be opened', async () => {
    const unet = await readModelFolder(await tinyArtefact());
    const options = { onnx: 'nowhere/model.onnx', unet, threads: 1, largest: 1 };
    await expect(startPart(options)).rejects.toThrow(
      /^Cannot load the model: nowhere\/model\.onnx must be an ONNX file/,
    );
  });
});

describe('inParts', () => {
  it('gives what the whole gives, for any number of images', async () => {
    const { onnx, ...unet } = await readModelFolder(DIGITS);
    const session = await openSession(onnx, 'cpu', unet, 1);
    const others = await Promise.all([0, 1].map(() => startPart({ onnx, unet, threads: 1, largest: 3 })));
    onTestFinished(() => {
      for (const other of others) other.stop();
    });
    const run = inParts((x, t, rows) => createDenoiser(session, unet, rows)(x, t, 0), others);
    for (const n of [1, 2, 3, 5, 7, 9]) {
      const x = Float32Array.from({ length: n * 784 }, (_, i) => Math.sin(i));
      const timesteps = Float32Array.from({ length: n }, (_, i) => 100 * i);
      const rows = Array.from({ length: n }, (_, i) => Float32Array.of(i % 10));
      const whole = await createDenoiser(session, unet, rows)(x, timesteps, 0);
      expectClose(await run(x, timesteps, rows), whole, { absolute: 1e-5 });
    }
  });

  it('fails where a part fails, and works again after', async () => {
    const { thread, unet, onnx } = await part();
    const session = await openSession(onnx, 'cpu', unet, 1);
    let broken = true;
    const run = inParts(
      (x, t, rows) => {
        if (broken) return Promise.reject(new Error('out of memory'));
        return createDenoiser(session, unet, rows)(x, t, 0);
      },
      [thread],
    );
    const call = () =>
      run(new Float32Array(16).fill(2), new Float32Array(4).fill(50), new Array(4).fill(new Float32Array()));
    await expect(call()).rejects.toThrow('out of memory');
    broken = false;
    expectClose(await call(), new Array(16).fill(tinyOutput(2, 50, 0)), { absolute: 1e-6 });
  });
});

describe('serveNetwork', () => {
  const LACKS_CORES = availableParallelism() < 2 ? 'parts need two cores' : undefined;
  it('runs batches in parts by what was measured before, for a file of the same size', {
    ...skipBecause(LACKS_CORES),
    tags: 'long',
  }, async () => {
    const artefact = await readModelFolder(DIGITS);
    const { size: bytes } = await stat(artefact.onnx);
    const serve = (known?: { bytes: number; faster: number }) => serveNetwork(artefact, 'cpu', 4, known);
    const fast = await serve({ bytes, faster: 7 });
    expect(fast.report.reason).toContain('parallel parts, 7.00 times as fast');
    const slow = await serve({ bytes, faster: 0.5 });
    expect(slow.report.reason).toBe('asked for');
    const { measured, report } = await serve({ bytes: bytes + 1, faster: 7 });
    expect(measured).toEqual({ bytes, faster: expect.any(Number) });
    expect(measured!.faster).not.toBe(7);
    expect(report.reason).toMatch(/^asked for(; batches in \d+ parallel parts, [\d.]+ times as fast)?$/);
    const call = [
      Float32Array.from({ length: 3 * 784 }, (_, i) => Math.cos(i)),
      new Float32Array(3).fill(300),
      new Array(3).fill(Float32Array.of(7)),
    ] as const;
    expectClose(await fast.run(...call), await slow.run(...call), { absolute: 1e-5 });
  });
});
