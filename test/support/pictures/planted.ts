/** DICOM files with planted secrets, and a search for them in whatever was written. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dicomPicture, PLANTED } from './dicom.ts';

const STUDY = '1.2.826.0.1.77031';
const SITE = 'Klinikum Oberquengel';

/** In small letters. */
export const SECRETS = [...PLANTED.name.split('^'), PLANTED.id, PLANTED.birth, STUDY, SITE, 'Comment on'].map((text) =>
  text.toLowerCase(),
);

const elements = (i: number) => ({
  '0008,0080 LO': SITE,
  '0008,0090 PN': PLANTED.name,
  '0020,000d UI': `${STUDY}.${i}`,
  '0009,0010 LO': PLANTED.name,
  '0010,0020 LO': `${PLANTED.id}${i}`,
  '0028,1050 DS': '128',
  '0028,1051 DS': '256',
});

/** Files, some of them broken, with secrets in elements that have other uses too. */
export function plantedFiles(count: number): Record<string, Uint8Array> {
  const picture = (i: number, more = {}) =>
    dicomPicture({
      rows: 8,
      columns: 8,
      words: Array.from({ length: 64 }, (_, at) => (at * (7 + i) + 13 * i) % 256),
      elements: { ...elements(i), ...more },
    });
  const good = Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}.dcm`, picture(i)]));
  return {
    ...good,
    'bad-1.dcm': picture(1).subarray(0, -9),
    'bad-2.dcm': picture(1, { '7fe0,0010 OW': undefined }),
    'bad-3.dcm': picture(1, { '0028,0004 CS': 'QUENGELSBERG' }),
    'bad-4.dcm': dicomPicture({ syntax: PLANTED.name, elements: elements(1) }),
    'bad-5.dcm': picture(1, { '0028,0008 IS': PLANTED.name, '0028,0010 US': [9] }),
    'bad-6.dcm': picture(1, { '0028,1056 CS': 'OTTOKAR', '0028,0301 CS': 'YES' }),
  };
}

export function* filesBelow(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Which secrets some bytes hold, as text of one or of two bytes a letter. */
export function secretsIn(bytes: Buffer): string[] {
  const texts = [bytes.toString('latin1'), bytes.toString('utf16le')].map((text) => text.toLowerCase());
  return SECRETS.filter((secret) => texts.some((text) => text.includes(secret)));
}
