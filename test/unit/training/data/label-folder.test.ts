import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { walkImages } from '#base/folders/walk.ts';
import { writeSet } from '#phantom/write-set.ts';
import { prepare, temporaryFolder } from '#test/pictures/images.ts';

const root = temporaryFolder();
const set = join(root, 'hands');
const cacheDir = join(root, 'cache');

beforeAll(async () => {
  await writeSet({ count: 4, size: 32, masks: true, out: set });
});

describe('label maps of phantoms', () => {
  it('are no images of the folder that they lie in, with a table and without', async () => {
    const dataset = await prepare({ data: set, cacheDir, size: 32 });
    expect([dataset.count, dataset.phantoms, dataset.channels]).toEqual([4, 4, 1]);
    expect(dataset.notes).toContain('Left out: masks. They are label maps, not images.');
    dataset.close();
    const named = await prepare({ data: set, csv: join(set, 'hands.csv'), labelColumn: 'male', cacheDir, size: 32 });
    expect([named.count, named.skipped]).toEqual([4, []]);
    named.close();
    expect(walkImages(set).images.map(({ path }) => path)).toEqual([1, 2, 3, 4].map((id) => `images/${id}.png`));
  });

  it('are refused as the data', async () => {
    const data = join(set, 'masks');
    const words = `received a folder of label maps, which are no images, ${data}.`;
    await expect(prepare({ data, cacheDir, size: 32 })).rejects.toThrow(words);
    await expect(prepare({ data, csv: join(set, 'hands.csv'), cacheDir, size: 32 })).rejects.toThrow(words);
    expect(walkImages(data).images).toHaveLength(4); // for who reads label maps
  });

  it('alone in a folder are named in the refusal', async () => {
    const data = join(root, 'alone');
    mkdirSync(data);
    await writeSet({ count: 1, size: 32, masks: true, out: join(root, 'other') });
    renameSync(join(root, 'other', 'masks'), join(data, 'maps'));
    await expect(prepare({ data, cacheDir, size: 32 })).rejects.toThrow('received only label maps, in maps: ');
  });
});

describe('a folder with labels.json', () => {
  const mask = () => readFileSync(join(set, 'masks', '1.png'));
  const gray = () => readFileSync(join(set, 'images', '1.png'));
  it.each([
    ['names of classes', '{"0": "cat", "1": "dog"}', mask],
    ['labels of files', '{"1.png": "background"}', mask],
    ['a text that is no JSON', 'cat, dog', mask],
    ['null', 'null', mask],
    ['a background, beside gray pictures', '{"0": "background", "1": "dog"}', gray],
  ])('that holds %s is read', async (_, names, picture) => {
    const data = join(root, 'classes');
    mkdirSync(join(data, 'in'), { recursive: true });
    writeFileSync(join(data, 'in', 'labels.json'), names);
    writeFileSync(join(data, 'in', '1.png'), picture());
    expect(walkImages(data).images.map(({ path }) => path)).toEqual(['in/1.png']);
    const dataset = await prepare({ data: join(data, 'in'), cacheDir, size: 32 });
    expect(dataset.count).toBe(1);
    dataset.close();
  });
});
