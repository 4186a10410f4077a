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
  it('calls the network on one part after another, each with its own timesteps and classes', async () => {
    const { thread } = await part({ classes: 3 });
    for (const [n, label] of [
      [2, 1],
      [1, 2],
      [3, 0],
    ] as const) {
      const x = Float32Array.from({ length: 4 * n }, (_, i) => i);
      thread.begin(
        x,
        Float32Array.from({ length: n }, (_, i) => 10 * i),
        new Array(n).fill(Float32Array.of(label)),
      );
      const expected = [...x].map((value, i) => tinyOutput(value, 10 * Math.floor(i / 4), label));
      expectClose(thread.end() as Float32Array, expected, { absolute: 1e-6 });
    }
  });

  it('tells the network of each image its class and its conditions', async () => {
    const { thread } = await part(GUIDED);
    const rows = [
      [1, 0.5, 1],
      [2, 0, 0],
    ];
    const x = Float32Array.from({ length: 8 }, (_, i) => i);
    thread.begin(
      x,
      Float32Array.of(10, 20),
      rows.map((row) => Float32Array.from(row)),
    );
    const expected = [...x].map((value, i) => {
      const [label, ...conditions] = rows[Math.floor(i / 4)]!;
      return tinyOutput(value, i < 4 ? 10 : 20, label!, {}, conditions);
    });
    expectClose(thread.end() as Float32Array, expected, { absolute: 1e-6 });
  });

  it('tells the network of each image its mask', async () => {
    const { thread } = await part({ conditionImage: { classes: ['no', 'yes'] } });
    const x = Float32Array.from({ length: 8 }, (_, i) => i);
    const planes = [
      [0, 1, 1, 1, 1, 0, 0, 0],
      [1, 1, 0, 0, 0, 0, 1, 1],
    ];
    thread.begin(
      x,
      Float32Array.of(10, 20),
      planes.map((row) => Float32Array.from(row)),
    );
    const added = planes.flatMap((row) => row.slice(4)); // of the second class, a tenth each
    const expected = [...x].map((value, i) => tinyOutput(value, i < 4 ? 10 : 20, 0) + added[i]! / 10);
    expectClose(thread.end() as Float32Array, expected, { absolute: 1e-6 });
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

describe('openNetwork', () => {
  it('tells whether it runs batches in parts, and gives what the network gives either way', {
    tags: 'long',
  }, async () => {
    const artefact = await readModelFolder(DIGITS);
    const { run, report } = await serveNetwork(artefact, 'cpu', 4);
    expect(report.reason).toMatch(/^asked for(; batches in \d+ parallel parts, [\d.]+ times as fast)?$/);
    const session = await openSession(artefact.onnx, 'cpu', artefact);
    for (const n of [1, 2, 3, 4]) {
      const x = Float32Array.from({ length: n * 784 }, (_, i) => Math.cos(i));
      const [timesteps, rows] = [new Float32Array(n).fill(300), new Array(n).fill(Float32Array.of(7))];
      const whole = await createDenoiser(session, artefact, rows)(x, timesteps, 0);
      expectClose(await run(x, timesteps, rows), whole, { absolute: 1e-5 });
    }
  });

  const LACKS_CORES = availableParallelism() < 2 ? 'parts need two cores' : undefined;
  it('goes by what was measured before, for a file of the same size', {
    ...skipBecause(LACKS_CORES),
    tags: 'long',
  }, async () => {
    const artefact = await readModelFolder(DIGITS);
    const { size: bytes } = await stat(artefact.onnx);
    const reason = async (known: { bytes: number; faster: number }) =>
      (await serveNetwork(artefact, 'cpu', 4, known)).report.reason;
    expect(await reason({ bytes, faster: 7 })).toContain('parallel parts, 7.00 times as fast');
    expect(await reason({ bytes, faster: 0.5 })).toBe('asked for');
    const { measured } = await serveNetwork(artefact, 'cpu', 4, { bytes: bytes + 1, faster: 7 });
    expect(measured).toEqual({ bytes, faster: expect.any(Number) });
    expect(measured!.faster).not.toBe(7);
  });
});
