import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32 as crcOfZlib, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { crc32, readZip, writeZip } from '#runtime-web/trainer/files/zip.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';

const FILES = {
  'digits-800/README.md': '# Ein Modell: größer als 3 Äpfel\n',
  'digits-800/unet/model.onnx': Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 251),
  'digits-800/empty': new Uint8Array(),
};
const bytes = (content: string | Uint8Array) => Buffer.from(content as never);
const blob = (zip: Uint8Array<ArrayBuffer>) => new Blob([zip]);

/** A zip file as other programs write it: compressed, with a folder of its own and a comment at the end. */
function compressed(path: string, content: Buffer): Uint8Array<ArrayBuffer> {
  const packed = deflateRawSync(content);
  const name = Buffer.from(path);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(crcOfZlib(content), 16);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const start = local.length + name.length + packed.length;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(start, 16);
  const comment = Buffer.from('made elsewhere');
  end.writeUInt16LE(comment.length, 20);
  return Uint8Array.from(Buffer.concat([local, name, packed, entry, name, end, comment]));
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

  it('has the checksum of zlib', () => {
    for (const content of Object.values(FILES)) expect(crc32(bytes(content))).toBe(crcOfZlib(bytes(content)));
  });
});

describe('readZip', () => {
  it('reads what writeZip writes', async () => {
    const found = await readZip(blob(writeZip(FILES)));
    for (const [name, content] of Object.entries(FILES)) expect(Buffer.from(found[name]!)).toEqual(bytes(content));
  });

  it('reads compressed files', async () => {
    const content = Buffer.from('noise '.repeat(5000));
    expect(Buffer.from((await readZip(blob(compressed('train/step.json', content))))['train/step.json']!)).toEqual(
      content,
    );
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
