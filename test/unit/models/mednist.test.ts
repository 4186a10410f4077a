import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

describe.each([
  ['radiographs', 'data/hand'],
  ['modalities', 'data/modalities'],
])('models/%s, which learnt from MedNIST,', (name, source) => {
  const folder = fileURLToPath(new URL(`../../../models/${name}`, import.meta.url));
  const text = (file: string) => readFile(join(folder, file), 'utf8');

  it('names source and licence of its images, in the card and in training.json', async () => {
    const { data } = JSON.parse(await text('training.json'));
    expect(data.licence).toMatch(/^CC BY-SA 4\.0 \(MedNIST, .*Dr\. Bradley J\. Erickson/);
    expect(await text('README.md')).toContain(data.licence);
  });

  it('is small, and its settings name no folder outside of the working directory', async () => {
    expect((await stat(join(folder, 'unet/model.onnx'))).size).toBeLessThan(3e6);
    const { data } = JSON.parse(await text('training.json')).settings;
    expect(data).toMatchObject({ source, cacheDir: '.cache/onnoise' });
    for (const file of ['README.md', 'training.json', 'evaluation.json']) expect(await text(file)).not.toContain('"/');
  });
});
