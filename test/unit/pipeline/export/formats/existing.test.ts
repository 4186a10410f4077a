import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { requireDrift } from '#pipeline/export/formats/compare.ts';
import { exportSmallerCopy } from '#pipeline/export/formats/existing.ts';
import { loadModel, readModelFolder } from '#runtime-node/index.ts';
import { smallModel } from '#test/models/small-network.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

let model: string;
const root = temporaryFolder();
beforeAll(async () => {
  model = await smallModel(root);
  await writeFile(join(model, 'evaluation.json'), '{}');
  const card = join(model, 'README.md');
  const text = await readFile(card, 'utf8');
  await writeFile(card, text.replace('## Limits', '## Evaluation\n\nVery good.\n\n## Limits'));
});

describe('exportSmallerCopy', () => {
  it('writes a model that says its format, without the figures of float32', {
    tags: 'long',
    timeout: 120_000,
  }, async () => {
    for (const [format, weightBits] of [['float16'], ['int8-weights', 6], ['int8']] as const) {
      const out = join(root, format);
      const { comparison } = await exportSmallerCopy({ model, out, format, weightBits, drift: 0.3 });
      expect((await readModelFolder(out)).format).toBe(format);
      expect((await readModelFolder(model)).format).toBe('float32');
      expect(await readdir(out)).not.toContain('evaluation.json');
      const card = await readFile(join(out, 'README.md'), 'utf8');
      expect(card).toContain(`float16`);
      if (weightBits) expect(card).toContain('Its weights are rounded to 6 bits, and stored in 8 bits');
      expect(card).toContain('20 pictures differ from those of the larger network by ');
      expect(card).not.toContain('Very good.');
      expect(card).toContain('## Limits');
      const network = await readFile(join(out, 'unet/model.onnx'));
      expect(comparison.bytes.after).toBe(network.length);
      expect(comparison.drift).toBeGreaterThan(0);
      expect(comparison.milliseconds.after).toBeGreaterThan(0);
    }
  });

  it('makes int8 of a float16 copy, whose card then says int8 alone', { tags: 'long', timeout: 120_000 }, async () => {
    const [half, out] = [join(root, 'half'), join(root, 'half-int8')];
    await exportSmallerCopy({ model, out: half, format: 'float16', drift: 0.3 });
    await exportSmallerCopy({ model: half, out, format: 'int8', drift: 0.3 });
    expect((await readModelFolder(out)).format).toBe('int8');
    const card = await readFile(join(out, 'README.md'), 'utf8');
    expect(card.match(/ are stored .*larger network/g)).toEqual([expect.stringContaining('int8')]);
  });

  it('makes pictures as far from those of float32 as it says', { tags: 'long', timeout: 120_000 }, async () => {
    const out = join(root, 'measured');
    const { comparison } = await exportSmallerCopy({ model, out, format: 'int8', drift: 0.3 });
    const options = { count: 20, seed: 0x51ab_8000 };
    const [before, after] = await Promise.all(
      [model, out].map(async (folder) => {
        const opened = await loadModel(folder, { device: 'cpu' });
        const { images } = await opened.sample(options);
        await opened.dispose();
        return images;
      }),
    );
    const squares = before!.reduce((sum, value, i) => sum + ((value - after![i]!) / 2) ** 2, 0);
    expect(Math.sqrt(squares / before!.length)).toBeCloseTo(comparison.drift, 4);
  });

  it('refuses the folder of the model, by a link too: the finer weights would be lost', { tags: 'long' }, async () => {
    const before = await readFile(join(model, 'unet/model.onnx'));
    await symlink(model, join(root, 'link'));
    for (const out of [model, join(root, 'link')]) {
      await expect(exportSmallerCopy({ model, out, format: 'float16' })).rejects.toThrow(
        `Cannot convert ${model}: --out must be another folder than --model, whose finer weights would be lost, received `,
      );
    }
    expect(await readFile(join(model, 'unet/model.onnx'))).toEqual(before);
  });

  it('refuses what drifts further than it may, and writes nothing', { tags: 'long', timeout: 120_000 }, async () => {
    const out = join(root, 'drifted');
    await expect(exportSmallerCopy({ model, out, format: 'int8', drift: 1e-7 })).rejects.toThrow(
      `Cannot convert ${model}: the pictures must be within 0.00001 % of those of the larger network (root mean square), received `,
    );
    expect(await readdir(root)).not.toContain('drifted');
  });
});

it.each([
  [0.05, '5 %'],
  [0.0304, '3.04 %'],
  [0.030004, '3.0004 %'],
])('requireDrift says of a drift of %s that it is more than may be', (drift, said) => {
  expect(() => requireDrift('convert it', { drift }, 0.03)).toThrow(
    `within 3 % of those of the larger network (root mean square), received ${said}. `,
  );
  requireDrift('convert it', { drift: 0.03 }, 0.03);
});
