/**
 * The published configurations of well-known checkpoints at their full widths, with random weights that PyTorch drew:
 * imported, and held against what diffusers makes of them. It takes some GB of memory, and minutes.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { importCheckpoint } from '#pipeline/import/import.ts';
import { expectClose } from '#test/compare.ts';
import { unpack, wave, within } from '#test/models/model.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';

/** Whose activations fit; the script knows all. */
const NAMES = ['google--ddpm-cifar10-32', 'google--ddpm-cat-256', 'sd-class-butterflies-32'];
const SCRIPT = join(import.meta.dirname, '../../../scripts/golden/checkpoints.py');

describe('a checkpoint with the full widths of', skipBecause(lacksPython('diffusers')), () => {
  const root = temporaryFolder();
  beforeAll(() => {
    execFileSync(PYTHON, [SCRIPT, '--real', root, ...NAMES], { stdio: 'ignore' });
  }, 1_200_000);

  it.each(NAMES)('%s gives the output of diffusers', async (name) => {
    expect(readdirSync(root)).toContain(name);
    const golden: { timestep: number; every: number; output: string } = JSON.parse(
      readFileSync(join(root, name, 'expected.json'), 'utf8'),
    );
    const out = join(root, 'model');
    await importCheckpoint({ from: join(root, name), out, weights: false });
    const session = await ort.InferenceSession.create(join(out, 'unet/model.onnx'));
    const size = Number(JSON.parse(readFileSync(join(out, 'unet/config.json'), 'utf8')).sample_size);
    const shape = [1, 3, size, size];
    const { out_sample } = await session.run({
      sample: new ort.Tensor('float32', wave(900, shape, 1.2), shape),
      timestep: new ort.Tensor('float32', Float32Array.of(golden.timestep), [1]),
    });
    await session.release();
    const values = (out_sample!.data as Float32Array).filter((_, i) => i % golden.every === 0);
    const expected = unpack(golden.output);
    expectClose(values, expected, within(1e-4, expected, 'output'));
  });
});
