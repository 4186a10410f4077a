import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { allPixels, grayPicture, prepare, temporaryFolder, writeFiles } from '../../support/images.ts';

const root = temporaryFolder();
let made = 0;

/** Three radiographs named 1377, 1378 and 1379, with levels 77, 78, 79, and a table of them. */
async function bones(table: string | Uint8Array) {
  const at = join(root, `case-${made++}`);
  const pictures: Record<string, ReturnType<typeof grayPicture>> = {};
  for (const id of [1377, 1378, 1379]) pictures[`train/${id}.png`] = grayPicture(8, 8, () => id - 1300);
  const data = await writeFiles(join(at, 'bones'), pictures);
  const csv = join(at, 'train.csv');
  writeFileSync(csv, table);
  return { data, csv, cacheDir: join(at, 'cache') };
}

const TABLE = 'id,boneage,male\n1379,180,False\n1377,12,True\n1378,94,True\n';

/** The error of `work` must be an InputError; returns its sentence. */
async function sentence(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it was accepted'),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as Error).message;
}

describe('a folder with a CSV', () => {
  it('takes the images <id>.png in the order of the rows', async () => {
    const dataset = await prepare(await bones(TABLE));
    expect(dataset).toMatchObject({ name: 'bones', count: 3, channels: 1, skipped: [], notes: [] });
    expect(dataset.labels).toBeUndefined();
    const pixels = await allPixels(dataset);
    expect([0, 64, 128].map((i) => pixels[i])).toEqual([79, 77, 78]);
  });

  it('takes labels from the column that labelColumn names', async () => {
    const at = await bones(TABLE);
    const byMale = await prepare({ ...at, labelColumn: 'male' });
    expect(byMale.classNames).toEqual(['False', 'True']);
    expect([...byMale.labels!]).toEqual([0, 1, 1]);
    const byAge = await prepare({ ...at, labelColumn: 'boneage' });
    expect(byAge.classNames).toEqual(['12', '94', '180']);
    expect([...byAge.labels!]).toEqual([2, 0, 1]);
  });

  it.each([
    ['a byte order mark', `\ufeff${TABLE}`],
    ['CRLF', TABLE.replaceAll('\n', '\r\n')],
    ['both, blank lines and spaces', `\ufeff${TABLE.replaceAll('\n', '\r\n\r\n').replaceAll(',', ' , ')}`],
    ['quotes', TABLE.replaceAll(/(\w+),/g, '"$1",')],
    ['no line end at its end', TABLE.trimEnd()],
    ['UTF-16', Buffer.from(`\ufeff${TABLE}`, 'utf16le')],
  ])('reads a CSV with %s', async (_, table) => {
    const dataset = await prepare({ ...(await bones(table)), labelColumn: 'male' });
    expect(dataset.classNames).toEqual(['False', 'True']);
    expect([...dataset.labels!]).toEqual([0, 1, 1]);
  });

  it('lists and skips a row whose image is missing, that has no label, or no id', async () => {
    const at = await bones('id,male\n1377,True\n9999,True\n1378,\n,False\n1379,False\n');
    const dataset = await prepare({ ...at, labelColumn: 'male' });
    expect(dataset.skipped).toEqual([
      { file: '9999.png', reason: 'missing: the CSV names it but the folder does not have it' },
      { file: '1378', reason: 'line 4 has no male' },
      { file: 'train.csv line 5', reason: 'the row has no id' },
    ]);
    expect([...dataset.labels!]).toEqual([1, 0]);
    expect(dataset.count).toBe(2);
    expect(await sentence(prepare({ ...at, labelColumn: 'male', strict: true }))).toContain(
      'received 9999.png: missing',
    );
  });

  it('tells how many images of the folder it leaves out', async () => {
    const dataset = await prepare(await bones('id\n1378\n'));
    expect(dataset.notes).toEqual(["2 of the folder's images are not in the CSV and are left out."]);
    expect(dataset.count).toBe(1);
  });

  it('refuses a missing column and names those that are there', async () => {
    expect(await sentence(prepare(await bones('name,boneage\n1377,3\n')))).toMatch(
      /train\.csv must have a column "id", received the columns name, boneage\.$/,
    );
    const at = await bones(TABLE);
    expect(await sentence(prepare({ ...at, labelColumn: 'sex' }))).toMatch(
      /must have a column "sex", received the columns id, boneage, male\.$/,
    );
  });

  it('refuses a duplicate id and gives both lines', async () => {
    expect(await sentence(prepare(await bones(`${TABLE}1377,5,False\n`)))).toMatch(
      /ids of .*train\.csv must be unique, received 1377 on lines 3 and 5\.$/,
    );
  });

  it('refuses a CSV that is missing, empty, only a header, or with a row too short', async () => {
    const at = await bones(TABLE);
    expect(await sentence(prepare({ ...at, csv: join(at.data, 'no.csv') }))).toMatch(/readable file, .* \(ENOENT\)\.$/);
    expect(await sentence(prepare(await bones('')))).toContain('must have a column "id", received no columns');
    expect(await sentence(prepare(await bones('id,male\n')))).toContain('must have rows, received a header alone');
    expect(await sentence(prepare(await bones('id,male\n1377\n')))).toMatch(/comma-separated .* line 2/);
  });

  it('refuses a label column that is empty or has more than 1000 different values', async () => {
    const empty = await bones('id,male\n1377,\n');
    expect(await sentence(prepare({ ...empty, labelColumn: 'male' }))).toContain('must have values, received none');
    const rows = Array.from({ length: 1001 }, (_, i) => `${i},${i / 7}`).join('\n');
    const many = await bones(`id,weight\n${rows}\n`);
    expect(await sentence(prepare({ ...many, labelColumn: 'weight' }))).toContain(
      'at most 1000 different values to be a class, received 1001',
    );
  });

  it('refuses a CSV where labels come from elsewhere, and labelColumn without CSV', async () => {
    const at = await bones(TABLE);
    expect(await sentence(prepare({ ...at, data: 'digits' }))).toContain('csv must be left out when data is "digits"');
    expect(await sentence(prepare({ data: at.data, cacheDir: at.cacheDir, labelColumn: 'male' }))).toContain(
      'csv must be given with label-column',
    );
  });

  it('is prepared anew when the table changes, and only then', async () => {
    const at = await bones(TABLE);
    expect((await prepare(at)).cached).toBe(false);
    expect((await prepare(at)).cached).toBe(true);
    writeFileSync(at.csv, 'id\n1377\n');
    expect(await prepare(at)).toMatchObject({ cached: false, count: 1 });
  });
});
