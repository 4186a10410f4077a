import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32 as crcOfZlib } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { readZip, writeZip } from '#runtime-web/trainer/files/zip.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';

const FILES = {
  'digits-800/README.md': '# Ein Modell: größer als 3 Äpfel\n',
  'digits-800/unet/model.onnx': Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 251),
  'digits-800/empty': new Uint8Array(),
};
const bytes = (content: string | Uint8Array) => Buffer.from(content as never);
const blob = (zip: Uint8Array<ArrayBuffer>) => new Blob([zip]);

/** A zip file as other programs write it: compressed, with a folder of its own and a comment at the end. */
function compressed(path: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const zip = zipSync({ [`${dirname(path)}/`]: new Uint8Array(), [path]: content });
  const comment = Buffer.from('made elsewhere');
  return Uint8Array.from(Buffer.concat([zip.subarray(0, -2), Buffer.of(comment.length, 0), comment]));
}

describe('writeZip', () => {
  it('writes what yauzl reads, with checksums and names in UTF-8', async () => {
    const path = join(temporaryFolder(), 'model.zip');
    await writeFile(path, writeZip(FILES));
    const zip = await yauzl.openPromise(path, { validateEntrySizes: true, strictFileNames: true });
    const found: Record<string, Buffer> = {};
    for await (const entry of zip.eachEntry()) {
      const content = await buffer(await zip.openReadStreamPromise(entry));
      expect(entry.crc32).toBe(crcOfZlib(content));
      found[entry.fileName] = content;
    }
    expect(found).toEqual(Object.fromEntries(Object.entries(FILES).map(([name, content]) => [name, bytes(content)])));
  });
});

describe('readZip', () => {
  it('reads what writeZip writes, and compressed files', async () => {
    const found = await readZip(blob(writeZip(FILES)));
    for (const [name, content] of Object.entries(FILES)) expect(Buffer.from(found[name]!)).toEqual(bytes(content));
    const content = Buffer.from('noise '.repeat(5000));
    const { 'train/step.json': packed } = await readZip(blob(compressed('train/step.json', content)));
    expect(Buffer.from(packed!)).toEqual(content);
  });

  it.each([
    ['another file', Uint8Array.from({ length: 500 }, (_, i) => i % 256)],
    ['one that was cut short: copy or download it again', writeZip(FILES).slice(0, -30)],
    ['one that was cut short: copy or download it again', writeZip(FILES).slice(0, 100)],
    ['a damaged one', flipped(writeZip(FILES), 60)],
    ['a damaged one', flipped(writeZip(FILES), -22 - 46 - 'digits-800/empty'.length + 29)], // the length of its name
  ])('refuses %s', async (what, content) => {
    await expect(readZip(blob(content))).rejects.toThrow(
      `Cannot read the model: the file must be a zip file of a model folder, received ${what}.`,
    );
  });
});

function flipped(zip: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> {
  zip[at < 0 ? zip.length + at : at]! ^= 255;
  return zip;
}
