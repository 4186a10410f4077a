/** DICOMweb against a real server. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dicomPicture } from '#test/pictures/dicom.ts';
import { allPixels, prepare, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { lacksOrthanc, type Orthanc, startOrthanc } from '#test/pictures/orthanc.ts';
import { sentenceOf } from '#test/sentence.ts';
import { skipBecause } from '#test/skip.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', 'support', 'dicom-files');

/** Two studies: one of three files, one of them compressed, and one of a file with three frames. */
const FILES: Record<string, Uint8Array> = {
  '1.2.1/1.2.1.1/1.2.1.1.1.dcm': file(1, 1, 16, (i) => 16 * i),
  '1.2.1/1.2.1.1/1.2.1.1.2.dcm': file(1, 2, 16, (i) => 240 - 15 * i),
  '1.2.2/1.2.2.1/1.2.2.1.1.dcm': file(2, 1, 48, (i) => 5 * i, { '0028,0008 IS': '3' }),
};

function file(study: number, instance: number, length: number, word: (i: number) => number, elements = {}): Buffer {
  const series = `1.2.${study}.1`;
  return dicomPicture({
    words: Array.from({ length }, (_, i) => word(i)),
    elements: {
      '0008,0016 UI': '1.2.840.10008.5.1.4.1.1.1',
      '0008,0018 UI': `${series}.${instance}`,
      '0020,000d UI': `1.2.${study}`,
      '0020,000e UI': series,
      '0028,1050 DS': '128',
      '0028,1051 DS': '256',
      ...elements,
    },
  });
}

describe('DICOMweb of Orthanc', skipBecause(lacksOrthanc()), () => {
  const root = temporaryFolder();
  let orthanc: Orthanc;
  let local: { data: string; cacheDir: string; size: number };

  beforeAll(async () => {
    orthanc = await startOrthanc(join(root, 'orthanc'));
    const compressed = readFileSync(join(FIXTURES, 'MR_small_jp2klossless.dcm'));
    for (const bytes of [...Object.values(FILES), compressed]) await orthanc.upload(bytes);
    local = {
      data: await writeFiles(join(root, 'files'), { ...FILES, 'z.dcm': compressed }),
      cacheDir: join(root, 'cache'),
      size: 4,
    };
    vi.stubEnv('DICOMWEB_USER', orthanc.user);
    vi.stubEnv('DICOMWEB_PASSWORD', orthanc.password);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await orthanc.stop();
  });

  const remote = (search = '') => ({ ...local, data: `dicomweb:${orthanc.url}${search}` });

  it('gives the pictures of the files that were stored there', async () => {
    const [there, here] = [await prepare(remote()), await prepare(local)];
    expect(there).toMatchObject({ name: 'dicomweb', count: 4, skipped: [] });
    // The compressed one has UIDs of its own, after the others.
    expect(await allPixels(there)).toEqual(await allPixels(here));
    expect((await prepare(remote())).cached).toBe(true);
  });

  it('gives those that are searched for, and frames that are asked for', async () => {
    expect((await prepare(remote('?StudyInstanceUID=1.2.1'))).count).toBe(2);
    expect((await prepare({ ...remote('?StudyInstanceUID=1.2.2'), frames: 'all' })).count).toBe(3);
    expect((await prepare(remote('?Modality=CR'))).count).toBe(3);
    await expect(prepare(remote('?StudyInstanceUID=9.9.9'))).rejects.toThrow(/received an empty folder: dicomweb:/);
  });

  it('are named by a CSV', async () => {
    const csv = join(root, 'ages.csv');
    writeFileSync(csv, 'id,age\n1.2.1.1.2,7\n1.2.2.1.1,8\n');
    const dataset = await prepare({ ...remote(), csv, conditionColumns: 'age' });
    expect([...dataset.conditions!.values]).toEqual([7, 8]);
    expect(await allPixels(dataset)).toEqual((await allPixels(await prepare(local))).subarray(16, 48));
  });

  it('refuses a wrong password, which is not repeated', async () => {
    vi.stubEnv('DICOMWEB_PASSWORD', 'wrong-0815');
    const { host } = new URL(orthanc.url);
    const said = await sentenceOf(prepare(remote()));
    vi.stubEnv('DICOMWEB_PASSWORD', orthanc.password);
    expect(said).toBe(
      `Cannot read the list of images: ${host} refuses access (status 401). Set DICOMWEB_USER and DICOMWEB_PASSWORD, or DICOMWEB_TOKEN, in the environment.`,
    );
  });
});
