import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bonesOf } from '#test/pictures/bones.ts';
import { allPixels, gray, prepare, writeFiles } from '#test/pictures/images.ts';
import { sentenceOf } from '#test/sentence.ts';

const bones = bonesOf(3);

const TABLE = 'id,boneage,male\n1379,180,False\n1377,12,True\n1378,94,True\n';

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
    ['CR alone', TABLE.replaceAll('\n', '\r')],
    ['ends of lines of every kind', TABLE.replace('\n', '\r\n')],
    ['both, blank lines and spaces', `\ufeff${TABLE.replaceAll('\n', '\r\n\r\n').replaceAll(',', ' , ')}`],
    ['quotes', TABLE.replaceAll(/(\w+),/g, '"$1",')],
    ['no line end at its end', TABLE.trimEnd()],
    ['UTF-16', Buffer.from(`\ufeff${TABLE}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\ufeff${TABLE}`, 'utf16le').swap16()],
    ['semicolons', TABLE.replaceAll(',', ';')],
    ['tabs', TABLE.replaceAll(',', '\t')],
    [
      'tabs in UTF-16, as spreadsheets save "Unicode text"',
      Buffer.from(`\ufeff${TABLE.replaceAll(',', '\t')}`, 'utf16le'),
    ],
    ['semicolons and decimal commas', 'id;weight;male\n1379;1,5;False\n1377;2,5;True\n1378;3;True\n'],
    ["Excel's line that names the separator", `sep=|\r\n${TABLE.replaceAll(',', '|')}`],
    ['commas in quotes', 'id,"a;b;c;d",male\n1379,";",False\n1377,"x;y",True\n1378,z,True\n'],
  ])('reads a CSV with %s', async (_, table) => {
    const dataset = await prepare({ ...(await bones(table)), labelColumn: 'male' });
    expect(dataset.classNames).toEqual(['False', 'True']);
    expect([...dataset.labels!]).toEqual([0, 1, 1]);
  });

  it('lists and skips a row whose image is missing, that has no label, or no id', async () => {
    const at = await bones('id,male\n1377,True\n9999,True\n1378,\n,False\n1379,False\n');
    const dataset = await prepare({ ...at, labelColumn: 'male' });
    expect(dataset.skipped).toEqual([
      { file: '9999.png', reason: 'missing: the CSV names it, but the folder does not have it' },
      { file: '1378', reason: 'line 4 has no male' },
      { file: 'train.csv line 5', reason: 'the row has no id' },
    ]);
    expect([...dataset.labels!]).toEqual([1, 0]);
    expect(dataset.count).toBe(2);
    expect(await sentenceOf(prepare({ ...at, labelColumn: 'male', strict: true }))).toContain(
      'received 9999.png: missing',
    );
  });

  it('counts lines as an editor does, past the line that names the separator and blank ones', async () => {
    const at = await bones('sep=;\nid;male\n\n1377;True\n1378;\n1379;False\n');
    const { skipped } = await prepare({ ...at, labelColumn: 'male' });
    expect(skipped).toEqual([{ file: '1378', reason: 'line 5 has no male' }]);
  });

  it('tells how many images of the folder it leaves out', async () => {
    const dataset = await prepare(await bones('id\n1378\n'));
    expect(dataset.notes).toEqual(["2 of the folder's images are not in the CSV and are left out."]);
    expect(dataset.count).toBe(1);
  });

  it.each(['ID', 'Id', 'Image Index', 'image_id'])(
    'takes the ids from a column called %s, by any delimiter',
    async (name) => {
      for (const delimiter of [',', ';']) {
        const dataset = await prepare(await bones(`${name}${delimiter}male\n1378${delimiter}True\n`));
        expect(dataset.count).toBe(1);
      }
    },
  );

  it.each(['id', 'Id', 'Image Index'])('refuses %s as a column of classes or numbers', async (name) => {
    const at = await bones(`${name},male\n1378,True\n`);
    expect(await sentenceOf(prepare({ ...at, labelColumn: name }))).toContain('must be a column other than the ids');
    expect(await sentenceOf(prepare({ ...at, conditionColumns: name }))).toContain(
      'must be columns other than the ids',
    );
  });

  it('takes the ids from id where other columns could have them, too', async () => {
    expect((await prepare(await bones('Image Index,id\n7,1378\n'))).count).toBe(1);
  });

  it('refuses a missing column and names those that are there', async () => {
    expect(await sentenceOf(prepare(await bones('name,boneage\n1377,3\n')))).toMatch(
      /train\.csv must have a column "id", received the columns name, boneage\.$/,
    );
    const at = await bones(TABLE);
    expect(await sentenceOf(prepare({ ...at, labelColumn: 'sex' }))).toMatch(
      /must have a column "sex", received the columns id, boneage, male\.$/,
    );
  });

  it('merges rows that agree about an image, and says which', async () => {
    const at = await bones(`${TABLE}1377,12,True\n1377.png,12,True\ntrain/1377,12,True\n`);
    const dataset = await prepare({ ...at, labelColumn: 'male' });
    expect([...dataset.labels!]).toEqual([0, 1, 1]);
    expect(dataset.notes).toEqual(['3 rows of train.csv repeat an earlier one and count once (lines 5, 6, 7).']);
    const unlabelled = await prepare(await bones(`${TABLE}1377,5,False\n`));
    expect(unlabelled.count).toBe(3);
    expect(unlabelled.notes).toEqual(['1 row of train.csv repeats an earlier one and counts once (line 5).']);
  });

  it.each(['1377', '1377.png', 'train/1377.png'])(
    'refuses rows that disagree about an image, the second as %s, and gives both lines',
    async (id) => {
      const at = await bones(`${TABLE}${id},5,False\n`);
      expect(await sentenceOf(prepare({ ...at, labelColumn: 'male' }))).toMatch(
        /rows of .*train\.csv about one image must agree, received male True on line 3 and False on line 5 for train\/1377\.png\.$/,
      );
    },
  );

  it('reads bytes that are no UTF-8 as Latin-1, and says so', async () => {
    const at = await bones(Buffer.from('id,name\n1377,Z\xfcrich\n1378,Genf\n1379,Genf\n', 'latin1'));
    const dataset = await prepare({ ...at, labelColumn: 'name' });
    expect(dataset.classNames).toEqual(['Genf', 'Zürich']);
    expect(dataset.notes).toEqual([expect.stringMatching(/train\.csv is not in UTF-8 and is read as Latin-1/)]);
  });

  it('refuses what is no text, and says what it is', async () => {
    expect(await sentenceOf(prepare(await bones('PK\x03\x04...')))).toContain(
      'a workbook or ZIP file: save it as CSV.',
    );
    expect(await sentenceOf(prepare(await bones(Buffer.from(TABLE, 'utf16le'))))).toContain('bytes of zero');
    const at = await bones(TABLE);
    expect(await sentenceOf(prepare({ ...at, csv: at.data }))).toMatch(/text file, received .*bones, a folder\.$/);
  });

  it('refuses a column that is there twice', async () => {
    const at = await bones('id,male,male\n1377,True,False\n');
    expect(await sentenceOf(prepare({ ...at, labelColumn: 'male' }))).toContain('must have one column "male"');
  });

  it('says when the column of labels holds measured numbers', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${1377 + i},${i * i}`).join('\n');
    const at = await bones(`id,boneage\n${rows}\n`);
    for (let i = 0; i < 30; i++) await writeFiles(at.data, { [`train/${1377 + i}.png`]: gray(i) });
    const dataset = await prepare({ ...at, labelColumn: 'boneage' });
    expect(dataset.labelSource).toBe('the column "boneage" of train.csv');
    expect(dataset.notes[0]).toMatch(
      /^The column "boneage" of train\.csv holds numbers: each of the 30 becomes a class/,
    );
  });

  it('has no class of which no image is usable', async () => {
    const at = await bones('id,sort\n1377,b\n1378,a\n1379,c\n9999,absent\n');
    writeFileSync(join(at.data, 'train', '1378.png'), 'broken');
    const dataset = await prepare({ ...at, labelColumn: 'sort' });
    expect(dataset.classNames).toEqual(['b', 'c']);
    expect([...dataset.labels!]).toEqual([0, 1]);
    expect(dataset.notes).toEqual(['Left out, for lack of a usable image: the class a.']);
  });

  it('says which classes have no image left to train on', async () => {
    const dataset = await prepare({ ...(await bones(TABLE)), labelColumn: 'boneage', validationShare: 0.4 });
    const held = dataset.classNames![dataset.labels![dataset.validation[0]!]!];
    expect(dataset.notes).toEqual([`All images are held out, and none are left to train on: the class ${held}.`]);
  });

  it('keeps names exactly, with commas, blanks and accents, composed and trimmed', async () => {
    const at = await bones('id,name\n1377," a, b "\n1378,cafe\u0301\n1379,caf\u00e9\n');
    const dataset = await prepare({ ...at, labelColumn: 'name' });
    expect(dataset.classNames).toEqual(['a, b', 'caf\u00e9']);
    expect([...dataset.labels!]).toEqual([0, 1, 1]);
  });

  it('finds ids with an extension or a path, composed or not, and tells of leading zeros', async () => {
    const at = await bones('id\ntrain/1377\n1378.png\n01379\nu\u0308b\n');
    await writeFiles(at.data, { 'other/\u00fcb.webp': gray(9).webp({ lossless: true }) });
    const dataset = await prepare(at);
    expect(dataset.count).toBe(3);
    expect(dataset.skipped).toEqual([
      { file: '01379.png', reason: expect.stringMatching(/train\/1379\.png has another number of leading zeros$/) },
    ]);
    expect((await allPixels(dataset))[128]).toBe(9);
  });

  it('takes none of two images that an id names equally well, but the one less deep or the PNG', async () => {
    const at = await bones('id\n1377\n1378\n1379\n');
    await writeFiles(at.data, { 'test/1377.png': gray(1), '1378.png': gray(2), 'test/1379.jpg': gray(3).jpeg() });
    const dataset = await prepare(at);
    expect(dataset.skipped).toEqual([
      {
        file: '1377.png',
        reason: 'ambiguous: 2 images have that name (test/1377.png, train/1377.png); give the path as its id',
      },
    ]);
    const pixels = await allPixels(dataset);
    expect([pixels[0], pixels[64]]).toEqual([2, 79]);
    writeFileSync(at.csv, 'id\ntest/1377\n');
    expect((await allPixels(await prepare(at)))[0]).toBe(1);
  });

  it('refuses a CSV that is missing, empty, only a header, or with a row too short', async () => {
    const at = await bones(TABLE);
    expect(await sentenceOf(prepare({ ...at, csv: join(at.data, 'no.csv') }))).toMatch(
      /readable file, .*: it is not there\.$/,
    );
    expect(await sentenceOf(prepare(await bones('')))).toContain('must have a column "id", received no columns');
    expect(await sentenceOf(prepare(await bones('id,male\n')))).toContain('must have rows, received a header alone');
    expect(await sentenceOf(prepare(await bones('id,male\n1377\n')))).toMatch(/rows of as many cells.* line 2/);
  });

  it('refuses a label column that is empty or has more than 1000 different values', async () => {
    const empty = await bones('id,male\n1377,\n');
    expect(await sentenceOf(prepare({ ...empty, labelColumn: 'male' }))).toContain('must have values, received none');
    const rows = Array.from({ length: 1001 }, (_, i) => `${i},${i / 7}`).join('\n');
    const many = await bones(`id,weight\n${rows}\n`);
    expect(await sentenceOf(prepare({ ...many, labelColumn: 'weight' }))).toContain(
      'at most 1000 different values to be a class, received 1001',
    );
  });

  it('refuses a CSV where labels come from elsewhere, and labelColumn without CSV', async () => {
    const at = await bones(TABLE);
    expect(await sentenceOf(prepare({ ...at, data: 'digits' }))).toContain(
      'csv must be left out when data is "digits"',
    );
    expect(await sentenceOf(prepare({ data: at.data, cacheDir: at.cacheDir, labelColumn: 'male' }))).toContain(
      '--label-column must come with --csv, received it alone.',
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
