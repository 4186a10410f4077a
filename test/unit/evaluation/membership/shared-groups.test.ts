import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { refuseSharedGroups } from '#evaluation/membership/index.ts';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import type { PrepareOptions } from '#training/data/index.ts';

describe('patients in both folders of an audit', () => {
  const root = temporaryFolder();
  const place = (name: string) => join(root, name);
  const picture = grayPicture(4, 4, () => 9);
  const options = (folder: string, csv?: string) =>
    ({ data: place(folder), csv: csv && place(csv), groupColumn: 'patient' }) as PrepareOptions;
  const table = (name: string, ...lines: string[]) => writeFileSync(place(name), `${lines.join('\n')}\n`);
  const told = (csv: string | undefined, data = options('known', 'known.csv')) =>
    refuseSharedGroups('audit m', data, options('other', csv)).catch(({ message }: Error) => message);

  beforeAll(async () => {
    await writeFiles(place('known'), { '1.png': picture, 'below/2.png': picture });
    await writeFiles(place('other'), { '3.png': picture, '4.png': picture });
    table('known.csv', 'id,patient', '1,Ann', '2,Bob', '3,Cleo');
    table('other.csv', 'id;age;patient', '3;40;Cleo', '4.png;50;Dan', '1;60;Ann');
    table('shared.csv', 'id,patient', '3,Bob', '4,Ann');
    table('excel.csv', '\uFEFFid;patient', '3;Bob', '4;Ann');
  });

  it.each(['shared.csv', 'excel.csv'])('are named, of %s', async (csv) => {
    expect(await told(csv)).toBe(
      'Cannot audit m: --test-data must have no patient of --data, received 2 in both: Ann, Bob. Take their images out.',
    );
  });

  it('are not those of rows whose image is in the other folder, nor those without a value', async () => {
    expect(await told('other.csv')).toBeUndefined();
    table('empty.csv', 'id,patient', '3,', '4,Dan');
    expect(await told('empty.csv')).toBeUndefined();
  });

  it('are not known without a table, a column or rows of the images, and a sentence says so', async () => {
    const unknown = (received: string) => `Whether the two folders share a patient is not known: received ${received}.`;
    expect(await told(undefined)).toBe(unknown('no --test-csv'));
    table('plain.csv', 'id,patients', '3,Ann');
    expect(await told('plain.csv')).toBe(unknown('--test-csv without that column'));
    table('strange.csv', 'id,patient', '77,Ann');
    expect(await told('strange.csv')).toBe(unknown('a table whose rows name no image by its file'));
  });

  it('are not looked for where nothing groups the images', async () => {
    const { groupColumn: _, ...ungrouped } = options('known', 'known.csv');
    expect(await told('shared.csv', ungrouped as PrepareOptions)).toBeUndefined();
  });
});
