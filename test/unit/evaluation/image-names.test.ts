import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageNames } from '#evaluation/report/image-names.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { flatPicture, prepare, temporaryFolder, writeFiles } from '#test/pictures/images.ts';

const root = temporaryFolder();
const cacheDir = join(root, 'cache');
const gray = (level: number) => flatPicture(8, 8, level, level, level);

describe('imageNames', () => {
  it('knows the files of a folder of pictures, each by its number', async () => {
    const files = { 'b/2.png': gray(20), 'a/1.png': gray(10), 'a/broken.png': 'no picture', 'b/10.png': gray(30) };
    const data = await writeFiles(join(root, 'photos'), files);
    const dataset = await prepare({ data, cacheDir });
    const { nameOf, order } = await imageNames({ data }, dataset);
    expect(order).toBeUndefined();
    const named = Object.fromEntries(Array.from({ length: dataset.count }, (_, i) => [nameOf(i), i]));
    expect(Object.keys(named).sort()).toEqual(['a/1.png', 'b/10.png', 'b/2.png']);
    for (const [name, level] of Object.entries({ 'a/1.png': 10, 'b/10.png': 30, 'b/2.png': 20 })) {
      const pixels = new Uint8Array(dataset.channels * dataset.height * dataset.width);
      await dataset.read([named[name]!], pixels);
      expect([name, pixels[0]]).toEqual([name, level]);
    }
    dataset.close();
    // A file that went since would move the names of all others.
    await rm(join(data, 'a/1.png'));
    expect(await imageNames({ data }, dataset)).toMatchObject({ order: 'in the order of their paths' });
  });

  it('knows the ids of a table, without those of rows that are not used', async () => {
    const files = { 'b/2.png': gray(20), '1.png': gray(10), 'broken.png': 'no picture', 'b/10.png': gray(30) };
    const data = await writeFiles(join(root, 'listed'), files);
    const csv = join(root, 'listed.csv');
    await writeFile(csv, '\uFEFFid;kind\n10;a\nbroken;a\n2.png;\n10;a\n;a\n77;a\n1;b\n');
    const dataset = await prepare({ data, csv, labelColumn: 'kind', cacheDir });
    const { nameOf, order } = await imageNames({ data, csv }, dataset);
    expect([order, dataset.count, nameOf(0), nameOf(1)]).toEqual([undefined, 2, '10', '1']);
    const pixels = new Uint8Array(dataset.channels * dataset.height * dataset.width);
    await dataset.read([0], pixels);
    expect(pixels[0]).toBe(30);
    dataset.close();
    // A row that came since would move the names of all others.
    await writeFile(csv, 'id;kind\n5;a\n10;a\n1;b\n');
    expect(await imageNames({ data, csv }, dataset)).toMatchObject({ order: 'in the order of the rows of the table' });
  });

  it('counts what a table of medical files, an IDX file or the digits hold', async () => {
    const data = await writeFiles(join(root, 'table'), { '1.dcm': gray(10) });
    await writeFile(join(data, 't.csv'), 'id\n1\n');
    const idx = await writeIdx(join(root, 'idx'), grainedBars({ count: 4, classes: 2 }, 1));
    const medical = await writeFiles(join(root, 'patients'), { 'Doe^Jane.dcm': gray(10) });
    const bare = await writeFiles(join(root, 'bare'), { Doe: gray(10) });
    const orders = [
      { data, csv: join(data, 't.csv') },
      { data: idx },
      { data: 'digits' },
      { data: medical },
      { data: bare },
    ];
    const found = await Promise.all(orders.map((named) => imageNames(named, { count: 1, skipped: [] })));
    expect(found.map(({ nameOf, order }) => [nameOf(0), order])).toEqual([
      ['0', 'in the order of the rows of the table'],
      ['0', 'in the order of the IDX file'],
      ['0', 'in the order in which the digits come'],
      ['0', 'in the order of their paths'],
      ['0', 'in the order of their paths'],
    ]);
  });
});
