import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/temporary/folder.ts';
import { crc32c, maskedCrc32c } from '#training/tensorboard/crc32c.ts';
import { encodeRecord, readRecords } from '#training/tensorboard/records.ts';

const newFile = (...parts: Uint8Array[]) => {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, Buffer.concat(parts));
  return path;
};
const read = async (path: string) => {
  const found: string[] = [];
  for await (const { data, start, end } of readRecords(path)) found.push(`${start}-${end} ${Buffer.from(data)}`);
  return found;
};

describe('crc32c', () => {
  it.each([
    // RFC 3720, B.4.
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ones', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['rising bytes', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['falling bytes', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['the usual nine digits', Buffer.from('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(), 0],
  ])('has the known value of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('is masked as in a file of PyTorch', () => {
    const file = readFileSync(new URL('../../../support/tensorboard/pytorch.tfevents', import.meta.url));
    const length = file.readUInt32LE(0);
    expect(maskedCrc32c(file.subarray(0, 8))).toBe(file.readUInt32LE(8));
    expect(maskedCrc32c(file.subarray(12, 12 + length))).toBe(file.readUInt32LE(12 + length));
  });
});

describe('readRecords', () => {
  const [one, two] = [Buffer.from('one'), Buffer.from('the second')];

  it('gives what encodeRecord wrote, with its place', async () => {
    expect(await read(newFile(encodeRecord(one), encodeRecord(two), encodeRecord(new Uint8Array())))).toEqual([
      '0-19 one',
      '19-45 the second',
      '45-61 ',
    ]);
    expect(await read(newFile())).toEqual([]);
  });

  it('reads records that are larger than what is read at a time', async () => {
    const large = Buffer.alloc(3 * 2 ** 20 + 5, 'onnoise');
    const path = newFile(encodeRecord(one), encodeRecord(large), encodeRecord(two));
    const found = await read(path);
    expect(found.length).toBe(3);
    expect(found[1]!.endsWith(` ${large}`)).toBe(true);
    expect(found[2]!.endsWith(' the second')).toBe(true);
  });

  it('ends at a record that was cut short, wherever that was', async () => {
    const whole = encodeRecord(two);
    for (let length = 0; length < whole.length; length++) {
      expect(await read(newFile(encodeRecord(one), whole.subarray(0, length)))).toEqual(['0-19 one']);
    }
  });

  it('ends at a record with any wrong bit', async () => {
    const whole = encodeRecord(two);
    for (let i = 0; i < whole.length; i++) {
      const wrong = whole.map((byte, at) => (at === i ? byte ^ 4 : byte));
      const path = newFile(encodeRecord(one), wrong);
      appendFileSync(path, encodeRecord(one));
      expect(await read(path)).toEqual(['0-19 one']);
    }
    expect(readFileSync(newFile(whole)).length).toBe(whole.length);
  });
});
