import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bonesOf } from '#test/pictures/bones.ts';
import { prepare, SMALL } from '#test/pictures/images.ts';
import { createTrainingBatches } from '#training/data/index.ts';
import { listImages } from '#training/data/look.ts';
import { conditionSpecs } from '#training/data/set/condition-specs.ts';
import { conditionColumns } from '#training/data/sources/condition-columns.ts';

const fourBones = bonesOf(4);
const bones = async (table: string) => ({
  ...(await fourBones(table)),
  labelColumn: 'male',
  conditionColumns: 'boneage:-50..240',
});

const TABLE = 'id,boneage,male\n1379,180,False\n1377,12.5,True\n1378,94,True\n1380,-3e1,False\n';

describe('condition columns of a CSV', () => {
  it('belong to the images beside the class', async () => {
    const dataset = await prepare(await bones(TABLE));
    expect(dataset.conditions).toEqual({ names: ['boneage'], values: Float64Array.of(180, 12.5, 94, -30) });
    expect([...dataset.labels!]).toEqual([0, 1, 1, 0]);
  });

  it('may be several, without a class, under names that a command line takes', async () => {
    const at = await bones('id;Bone Age (m);Größe\n1377;1;5\n1378;2;6\n1379;3;7.25\n');
    const { labelColumn: _, ...unlabelled } = { ...at, conditionColumns: 'Bone Age (m), Größe' };
    const dataset = await prepare(unlabelled);
    expect(dataset.conditions!.names).toEqual(['bone_age_m', 'gro_e']);
    expect([...dataset.conditions!.values]).toEqual([1, 5, 2, 6, 3, 7.25]);
    expect(dataset.labels).toBeUndefined();
    expect((await listImages({ ...unlabelled, ...SMALL })).conditions).toEqual(dataset.conditions);
  });

  it('come from the cache to the last bit, and make another set of it', async () => {
    const at = await bones(TABLE.replace('94', '94.00000000000001'));
    const first = await prepare(at);
    const again = await prepare(at);
    expect([first.cached, again.cached]).toEqual([false, true]);
    expect(again.conditions).toEqual(first.conditions);
    const without = await prepare({ ...at, conditionColumns: undefined });
    expect(without.cached).toBe(false);
    writeFileSync(at.csv, TABLE);
    const other = await prepare(at);
    expect(other.cached).toBe(false);
    expect(new Set([first.hash, without.hash, other.hash]).size).toBe(3);
  });

  it('go with their images when some are skipped, and into the batches of training', async () => {
    const at = await bones(TABLE);
    writeFileSync(join(at.data, 'train', '1377.png'), 'broken');
    const dataset = await prepare(at);
    expect([...dataset.conditions!.values]).toEqual([180, 94, -30]);
    const { numbers, conditions } = await createTrainingBatches(dataset, { batch: 3, seed: 1, flip: false }).next();
    expect([...conditions!]).toEqual(Array.from(numbers, (number) => [180, 94, -30][number]));
  });

  it.each(['abc', '"1,5"', 'NaN', 'Infinity', '1e16', '0x10'])(
    'leave out a row with %s, and name its line and column',
    async (cell) => {
      const at = await bones(`id,boneage,male\n1377,3,True\n1378,${cell},True\n`);
      const dataset = await prepare(at);
      expect(dataset.skipped).toEqual([{ file: '1378', reason: 'line 3 has no number such as 12.5 in boneage' }]);
      expect([...dataset.conditions!.values]).toEqual([3]);
      await expect(prepare({ ...at, strict: true })).rejects.toThrow(
        'Cannot prepare bones: with --strict every image must be usable, received 1378: line 3 has no number such as 12.5 in boneage.',
      );
    },
  );

  it('leave out a row without a number, and say so of a column without any', async () => {
    const dataset = await prepare(await bones('id,boneage,male\n1377,,True\n1378,4,True\n'));
    expect(dataset.skipped).toEqual([{ file: '1377', reason: 'line 2 has no boneage' }]);
    await expect(prepare(await bones('id,boneage,male\n1377,old,True\n1378,young,True\n'))).rejects.toThrow(
      /^Cannot read the CSV: column "boneage" of .*train\.csv must have numbers, received none\.$/,
    );
  });

  it('are refused where no row can be used, with the first of them', async () => {
    const table = 'id,boneage,male\n1377,91,True\n1378,92,True\n';
    await expect(prepare({ ...(await bones(table)), conditionColumns: 'boneage:1..2' })).rejects.toThrow(
      /^Cannot prepare [^:]+: none of its 2 images can be used\. First, image 1377: boneage 91 on line 2 is outside 1 to 2 \(/,
    );
  });

  it('leave out rows beyond the range that is given, both ends of which belong to it', async () => {
    const table = 'id,boneage,male\n1377,0,True\n1378,-1,True\n1379,240,False\n1380,9999,False\n';
    const dataset = await prepare({ ...(await bones(table)), conditionColumns: 'boneage:0..240' });
    expect(dataset.conditions).toEqual({ names: ['boneage'], values: Float64Array.of(0, 240) });
    expect(dataset.skipped).toEqual([
      { file: '1378', reason: 'boneage -1 on line 3 is outside 0 to 240 (boneage:from..to sets another range)' },
      { file: '1380', reason: 'boneage 9999 on line 5 is outside 0 to 240 (boneage:from..to sets another range)' },
    ]);
    expect(conditionColumns('a: b:-5..5, c')).toEqual([
      { column: 'a: b', name: 'a_b', range: { min: -5, max: 5 } },
      { column: 'c', name: 'c' },
    ]);
  });

  it('leave out ages that nobody has, in the unit of the column, unless a range is given', async () => {
    const ranges = (list: string) => conditionColumns(list).map(({ range }) => range);
    const months = { min: 0, max: 1500 };
    expect(ranges('boneage,age_months,Age (years),bone age [days],weight,average,age:-3..3')).toEqual([
      months,
      months,
      { min: 0, max: 125 },
      { min: 0, max: 46_000 },
      undefined,
      undefined,
      { min: -3, max: 3 },
    ]);
    const at = await bones('id,boneage,male\n1377,3,True\n1378,-1,True\n1379,9999,True\n');
    expect((await prepare({ ...at, conditionColumns: 'boneage' })).skipped).toEqual([
      { file: '1378', reason: 'boneage -1 on line 3 is outside 0 to 1500 (boneage:from..to sets another range)' },
      {
        file: '1379',
        reason: 'boneage 9999 on line 4 is outside 0 to 1500 (boneage:from..to sets another range)',
      },
    ]);
  });

  it.each([
    ['id', 'columns other than the ids, received "id".'],
    ['boneage,', 'column names of letters or digits, separated by commas, received "boneage,".'],
    ['age:5..1', 'columns with ranges from a smaller to a larger number, such as age:0..240, received "age:5..1".'],
    ['age:x..1', 'columns with ranges from a smaller to a larger number, such as age:0..240, received "age:x..1".'],
    ['a b,a_b', 'different columns, and a_b is the name of both a b and a_b, received "a b,a_b".'],
  ])('refuse the list %j', (list, rule) => {
    expect(() => conditionColumns(list)).toThrow(`Cannot prepare images: --condition-columns must be ${rule}`);
  });

  it('refuse a column that is not there, and a folder without a table', async () => {
    const at = await bones(TABLE);
    await expect(prepare({ ...at, conditionColumns: 'age' })).rejects.toThrow(
      /must have a column "age", received the columns id, boneage, male\.$/,
    );
    await expect(prepare({ data: at.data, cacheDir: at.cacheDir, conditionColumns: 'boneage' })).rejects.toThrow(
      'Cannot prepare images: --condition-columns must come with --csv, received it alone.',
    );
  });

  it('refuse rows that disagree about an image, and give both lines', async () => {
    await expect(prepare(await bones(`${TABLE}1377,13,True\n`))).rejects.toThrow(
      /must agree, received boneage 12\.5 on line 3 and 13 on line 6 for train\/1377\.png\.$/,
    );
  });
});

describe('conditionSpecs', () => {
  const conditions = { names: ['a', 'b'], values: Float64Array.of(1, 10, 3, 20, 8, 60) };

  it('gives mean, standard deviation, smallest and largest value of all images or of some', () => {
    expect(conditionSpecs(conditions)).toEqual([
      { name: 'a', mean: 4, std: expect.closeTo(Math.sqrt(26 / 3), 12), min: 1, max: 8 },
      { name: 'b', mean: 30, std: expect.closeTo(Math.sqrt(1400 / 3), 12), min: 10, max: 60 },
    ]);
    expect(conditionSpecs(conditions, [0, 1])).toEqual([
      { name: 'a', mean: 2, std: 1, min: 1, max: 3 },
      { name: 'b', mean: 15, std: 5, min: 10, max: 20 },
    ]);
  });
});
