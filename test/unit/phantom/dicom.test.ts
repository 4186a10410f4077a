import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDicom } from 'dicom-parser';
import { beforeAll, describe, expect, it } from 'vitest';
import { LABEL } from '#base/pictures/phantom-label.ts';
import { writeSet } from '#phantom/write-set.ts';
import { allPixels, prepare, temporaryFolder } from '#test/pictures/images.ts';
import { truthOf } from '#test/pictures/phantoms.ts';
import type { Dataset } from '#training/data/set/types.ts';

const root = temporaryFolder();
const [dicom, png] = [join(root, 'dicom'), join(root, 'png')];
const SET = { count: 20, size: 33, seed: 5, duplicates: 10, broken: 3 };
/** Those that can be read. */
const WHOLE = SET.count + SET.duplicates;

const prepared = (folder: string): Promise<Dataset> =>
  prepare({
    data: join(folder, 'images'),
    csv: join(folder, 'hands.csv'),
    labelColumn: 'male',
    conditionColumns: 'boneage',
    cacheDir: join(root, 'cache'),
    size: SET.size,
    validationShare: 0.2,
  });

/** Of each image the hash of its square, with its age and class. */
async function squares(dataset: Dataset): Promise<string[]> {
  const pixels = await allPixels(dataset);
  const side = dataset.width * dataset.height;
  return Array.from({ length: dataset.count }, (_, i) => {
    const hash = createHash('sha256').update(pixels.subarray(i * side, (i + 1) * side));
    return [hash.digest('hex'), dataset.conditions!.values[i], dataset.labels![i]].join();
  });
}

beforeAll(async () => {
  await writeSet({ ...SET, format: 'dicom', out: dicom });
  await writeSet({ ...SET, out: png });
}, 120_000);

describe('phantoms in DICOM', () => {
  it('become the squares of those in PNG, with their numbers', async () => {
    const [here, there] = [await prepared(dicom), await prepared(png)];
    expect([here.count, here.skipped.length, here.phantoms]).toEqual([WHOLE, SET.broken, WHOLE]);
    expect((await squares(here)).sort()).toEqual((await squares(there)).sort());
  });

  it('are called by their UID in the folder, in the table and in the truth, and each is one of a kind', () => {
    const ids = readFileSync(join(dicom, 'hands.csv'), 'utf8').trim().split('\n').slice(1);
    const names = ids.map((row) => `${row.split(',')[0]}.dcm`);
    expect(names.toSorted()).toEqual(readdirSync(join(dicom, 'images')).sort());
    expect(truthOf(dicom).map(({ id, file }) => [`${id}.dcm`, file])).toEqual(names.map((name) => [name, name]));
    expect(new Set(names).size).toBe(WHOLE + SET.broken);
    for (const { id } of truthOf(dicom).slice(0, WHOLE)) {
      expect(parseDicom(readFileSync(join(dicom, 'images', `${id}.dcm`))).string('x00080018')).toBe(id);
    }
  });

  it('say that nobody is in them, and whose copy they are', () => {
    const all = truthOf(dicom);
    const read = (id: string) => parseDicom(readFileSync(join(dicom, 'images', `${id}.dcm`)));
    const patients = new Set<string>();
    for (const { id, age, sex, side, scale, copy } of all.slice(0, WHOLE)) {
      const file = read(id);
      const text = (tag: string) => file.string(tag);
      expect(['x00100010', 'x0008001c', 'x00080064', 'x00100200', 'x00280300', 'x00204000'].map(text)).toEqual([
        'SYNTHETIC^PHANTOM',
        'YES',
        'SYN',
        'YES',
        'YES',
        LABEL,
      ]);
      expect([text('x00101010'), text('x00100040'), text('x00200060')]).toEqual([
        `${String(age).padStart(3, '0')}M`,
        sex === 'male' ? 'M' : 'F',
        side === 'left' ? 'L' : 'R',
      ]);
      expect(1 / file.floatString('x00280030')!).toBeCloseTo(scale, 3);
      if (copy === null) patients.add(text('x00100020')!);
      else expect(text('x00100020')).toBe(read(copy.of).string('x00100020'));
    }
    expect(patients.size).toBe(SET.count);
  });

  it('are held out with their copies', async () => {
    const dataset = await prepared(dicom);
    const all = await squares(dataset);
    expect(all.length - new Set(all).size).toBe(SET.duplicates / 2); // every second copy is the same to the byte
    const held = new Set(Array.from(dataset.validation, (i) => all[i]));
    expect(held.size).toBeGreaterThan(2);
    expect(Array.from(dataset.train, (i) => all[i]).filter((square) => held.has(square))).toEqual([]);
  });
});
