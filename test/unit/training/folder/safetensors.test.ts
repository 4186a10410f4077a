import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';
import {
  readSafetensors,
  type SafetensorsData,
  type SafetensorsEntry,
  writeSafetensors,
} from '#training/folder/safetensors.ts';

const folder = temporaryFolder();
const path = join(folder, 'file.safetensors');

/** A file with the given header text. */
function fileOf(header: string, values = Buffer.alloc(0)): void {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  writeFileSync(path, Buffer.concat([length, Buffer.from(header), values]));
}

describe('writeSafetensors', () => {
  const data = fc.oneof(
    fc.float32Array({ noNaN: true, maxLength: 20 }),
    fc.int32Array({ maxLength: 20 }),
    fc.uint8Array({ maxLength: 20 }),
    fc.bigInt64Array({ maxLength: 20 }),
  ) as fc.Arbitrary<SafetensorsData>;

  it('writes what readSafetensors reads back, for any names and values', async () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text !== '__metadata__');
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, data), async (values) => {
        const tensors = new Map<string, SafetensorsEntry>(
          Object.entries(values).map(([key, array]) => [key, { shape: [1, array.length], data: array }]),
        );
        const written = await writeSafetensors(path, tensors, { note: 'a "note"' });
        const read = await readSafetensors(path);
        expect(read.tensors).toEqual(tensors);
        expect(read.metadata).toEqual({ note: 'a "note"' });
        expect(read.sha256).toBe(written.sha256);
        expect(readFileSync(path).length).toBe(written.bytes);
        expect(Number(readFileSync(path).readBigUInt64LE()) % 8).toBe(0);
      }),
      { numRuns: 50, examples: [[Object.fromEntries([['__proto__', Uint8Array.of(1, 2)]])]] },
    );
  });

  it('refuses values that do not fill the shape', async () => {
    const wrong = writeSafetensors(path, new Map([['a', { shape: [2], data: Float32Array.of(1) }]]));
    await expect(wrong).rejects.toThrow('tensor a of shape [2] cannot hold 1 values');
  });

  it('writes files that the Python library reads', skipBecause(lacksPython('safetensors.numpy')), async () => {
    await writeSafetensors(
      path,
      new Map<string, SafetensorsEntry>([
        ['u', { shape: [3], data: Uint8Array.of(1, 2, 255) }],
        ['w', { shape: [2, 1], data: Float32Array.of(0.5, -2) }],
      ]),
      { format: 'np' },
    );
    const script =
      'import sys, json; from safetensors.numpy import load_file; t = load_file(sys.argv[1]);' +
      'print(json.dumps({k: [str(v.dtype), list(v.shape), v.flatten().tolist()] for k, v in sorted(t.items())}))';
    expect(askPython(['-c', script, path])).toEqual({
      u: ['uint8', [3], [1, 2, 255]],
      w: ['float32', [2, 1], [0.5, -2]],
    });
  });
});

describe('readSafetensors', () => {
  it('tells a truncated file from a whole one at every length', async () => {
    writeFileSync(path, Buffer.from('version https://git-lfs.github.com/spec/v1'));
    await expect(readSafetensors(path)).rejects.toThrow(/header length is impossible/);
    await writeSafetensors(path, new Map([['a', { shape: [3], data: Float32Array.of(1, 2, 3) }]]));
    const whole = readFileSync(path);
    for (let length = whole.length - 1; length >= 0; length--) {
      truncateSync(path, length);
      await expect(readSafetensors(path)).rejects.toThrow(/truncated/);
    }
  });

  const entry = '"dtype":"F32","shape":[1]';
  const wrong: [string, string, RegExp][] = [
    ['is no JSON', '{"a"', /header is not JSON/],
    ['is a list', '[]', /not a JSON object/],
    [
      'has an unknown type',
      '{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}',
      /dtype of tensor "a" must be one/,
    ],
    ['has a shape that does not fit', `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, /do not fit its shape/],
    ['has a negative size', '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', /shape of tensor "a"/],
    ['leaves a gap', `{"a":{${entry},"data_offsets":[4,8]}}`, /overlaps another or leaves a gap/],
    ['overlaps', `{"a":{${entry},"data_offsets":[0,4]},"b":{${entry},"data_offsets":[0,4]}}`, /overlaps/],
    ['has unknown fields', `{"a":{${entry},"data_offsets":[0,4],"x":1}}`, /unknown field x/],
    ['has metadata that are no strings', '{"__metadata__":{"a":1}}', /__metadata__ must map names to strings/],
    ['describes less than the file holds', '{}', /too long/],
  ];
  it.each(wrong)('refuses a header that %s', async (_, header, message) => {
    fileOf(header, Buffer.alloc(8));
    await expect(readSafetensors(path)).rejects.toThrow(message);
  });

  it('reads floats of 16 and 64 bits as float32', async () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x83ff, 0x7bff, 0x7c00, 0x8000);
    const brains = Uint16Array.of(0x3f80, 0xc2f7, 0x0001, 0xff80);
    const doubles = Float64Array.of(Math.PI, -1e-60);
    const header =
      '{"d":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"h":{"dtype":"F16","shape":[8],"data_offsets":[16,32]},' +
      '"b":{"dtype":"BF16","shape":[4],"data_offsets":[32,40]}}';
    fileOf(header, Buffer.concat([doubles, halves, brains].map(({ buffer }) => Buffer.from(buffer))));
    const { tensors } = await readSafetensors(path);
    expect(tensors.get('h')!.data).toEqual(
      Float32Array.of(1, -2, 0.333251953125, 2 ** -24, -1023 * 2 ** -24, 65504, Infinity, -0),
    );
    expect(tensors.get('b')!.data).toEqual(Float32Array.of(1, -123.5, 2 ** -133, -Infinity));
    expect(tensors.get('d')!.data).toEqual(Float32Array.of(Math.PI, 0 * -1));
  });
});
