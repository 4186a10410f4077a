import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchTruth, readTruth } from '#pipeline/anomaly/truth.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

async function written(name: string, text: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return path;
}

describe('readTruth', () => {
  it('reads both names of the column, and the words of both values', async () => {
    const table = await written('a.csv', 'id;note;abnormal\n1;x;0\nb.png;y;True\n');
    expect([...(await readTruth(table))]).toEqual([
      ['1', false],
      ['b.png', true],
    ]);
    const phantoms = await written('hands.csv', 'id,boneage,male,anomaly\n1,20,True,1\n2,30,False,0\n');
    expect([...(await readTruth(phantoms)).values()]).toEqual([true, false]);
  });

  it('reads the truth of phantoms, without files that cannot be read', async () => {
    const lines = [
      { id: 1, file: '1.png', abnormality: null, anomaly: { kind: 'missing', bone: 'middle2' } },
      { id: 2, file: '2.png', abnormality: null, anomaly: null },
      { id: 3, file: '3.png', abnormality: { kind: 'fracture', bone: 'radius' } },
      { id: 4, file: '4.png', broken: 'cut' },
    ];
    const path = await written('truth.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect([...(await readTruth(path))]).toEqual([
      ['1.png', true],
      ['2.png', false],
      ['3.png', true],
    ]);
  });

  it.each([
    ['a.csv', 'id,other\n1,0\n', 'must have a column "abnormal"'],
    ['a.csv', 'id,abnormal\n1,maybe\n', 'abnormal must be 0 or 1, received "maybe" in line 2'],
    ['a.csv', 'id,abnormal\n1,0\n1,1\n', 'must say one thing of each id, received 0 and 1 for 1'],
    ['a.jsonl', 'nothing\n', 'must be lines of JSON with a file, received another in line 1'],
  ])('refuses %s of %j', async (name, text, message) => {
    await expect(readTruth(await written(name, text))).rejects.toThrow(message);
  });

  it('refuses a file that is not there', async () => {
    await expect(readTruth('nowhere.csv')).rejects.toThrow(/^Cannot read --truth nowhere.csv/);
  });
});

describe('matchTruth', () => {
  const truth = new Map([
    ['1', true],
    ['b.png', false],
    ['more', true],
  ]);

  it('finds names with and without their endings', () => {
    expect(matchTruth(truth, ['b.png', '1.png'], 't.csv')).toEqual([false, true]);
    expect(matchTruth(truth, ['b', '1'], 't.csv')).toEqual([false, true]);
  });

  it('refuses images that it does not have, and one kind alone', () => {
    expect(() => matchTruth(truth, ['b.png', '2.png', '3.png'], 't.csv')).toThrow(
      'Cannot read the truth: t.csv must have a row for each image, received none for 2.png and 1 more.',
    );
    expect(() => matchTruth(truth, ['1.png'], 't.csv')).toThrow(
      'Cannot read the truth: t.csv must have normal and abnormal images, received only abnormal ones.',
    );
  });
});
