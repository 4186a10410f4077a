import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkManifest, writeManifest } from '#pipeline/bulk/manifest.ts';
import { countShards, type Order, shardAt } from '#pipeline/bulk/shards.ts';
import { tarBytes } from '#pipeline/bulk/tar.ts';
import { findShard, holdsShard, shardPath, writeShard } from '#pipeline/bulk/write-shard.ts';
import { ORDER as PLAIN_ORDER, readManifest } from '#test/bulk.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { lacksTar, skipBecause } from '#test/skip.ts';

const ORDER: Order = { ...PLAIN_ORDER, labels: [4, 7], seed: 41, shard: 3 };
const SHARD = shardAt(ORDER, 0);
const PICTURES = [0, 511, 1300].map((size, i) => new Uint8Array(size).fill(i + 1));
const FILES = PICTURES.map((bytes) => ({ bytes, beside: [] }));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('tarBytes', () => {
  const entries = [0, 1, 511, 512, 513, 100_000].map((size) => ({
    name: `${String(size).padStart(9, '0')}.png`,
    bytes: Uint8Array.from({ length: size }, (_, i) => i % 251),
  }));

  test("is read by the machine's tar: names, sizes, bytes", skipBecause(lacksTar()), async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.tar'), tarBytes(entries));
    const run = (...args: string[]) => execFileSync('tar', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    expect(run('tf', 'a.tar').trim().split('\n')).toEqual(entries.map(({ name }) => name));
    expect(run('xvf', 'a.tar')).not.toContain('tar:');
    for (const { name, bytes } of entries) expect(new Uint8Array(await readFile(join(folder, name)))).toEqual(bytes);
  });

  test('ends with two blocks of zeros, also when it is empty', () => {
    expect(tarBytes([])).toEqual(Buffer.alloc(1024));
  });
});

describe('writeShard', () => {
  test(
    'writes a tar of pictures, classes and numbers, and a description with a row an image',
    skipBecause(lacksTar()),
    async () => {
      const out = await temporaryFolder();
      const shard = shardAt({ ...ORDER, conditions: { age: [60, 120.5] } }, 0);
      const file = await writeShard(out, shard, FILES);
      const tar = join(out, shardPath(shard));
      const bytes = await readFile(tar);
      expect(file).toEqual({ bytes: bytes.length, sha256: sha256(bytes) });
      const run = (...args: string[]) => execFileSync('tar', args, { encoding: 'utf8' });
      const endings = ['png', 'cls', 'json'];
      expect(run('tf', tar).trim().split('\n')).toEqual(
        [41, 42, 43].flatMap((seed) => endings.map((ending) => `0000000${seed}.${ending}`)),
      );
      expect(JSON.parse(run('xOf', tar, '000000042.json'))).toEqual({ age: 120.5 });
      const description = JSON.parse(await readFile(tar.replace('.tar', '.json'), 'utf8'));
      expect(description).toMatchObject({ ...shard, ...file });
      expect(description.images).toEqual(
        PICTURES.map((picture, i) => {
          return {
            seed: 41 + i,
            label: [4, 7][i % 2],
            conditions: { age: [60, 120.5][i % 2] },
            sha256: sha256(picture),
          };
        }),
      );
      expect((await readdir(dirname(tar))).length).toBe(2);
    },
  );

  test('findShard finds a shard that is whole, and none that is cut, changed, undescribed or of another form', async () => {
    const out = await temporaryFolder();
    const tar = join(out, shardPath(SHARD));
    const json = tar.replace('.tar', '.json');
    expect(await findShard(out, SHARD)).toBeUndefined();
    const file = await writeShard(out, SHARD, FILES);
    expect(await findShard(out, SHARD)).toEqual(file);
    expect(await writeShard(out, SHARD, FILES)).toEqual(file);
    const whole = await readFile(tar);
    const spoilers = [
      () => writeFile(tar, whole.subarray(0, 512)),
      () => writeFile(tar, Buffer.from(whole).fill(1, 600, 601)),
      () => rm(tar),
      () => rm(json),
      () => writeFile(json, '{"id": '),
      () => writeFile(json, JSON.stringify({ id: 'another', ...file })),
    ];
    for (const spoil of spoilers) {
      await writeShard(out, SHARD, FILES);
      await spoil();
      expect(await findShard(out, SHARD), String(spoil)).toBeUndefined();
    }
    expect(await holdsShard(out, SHARD, file)).toBe(true);
    expect(await holdsShard(out, SHARD, { ...file, sha256: '0' })).toBe(false);
  });

  test('fails, and leaves nothing, where it cannot write', async () => {
    const out = await temporaryFolder();
    await writeFile(join(out, SHARD.model.slice(0, 16)), 'in the way');
    await expect(writeShard(out, SHARD, FILES)).rejects.toThrow('a part of the path is a file');
    expect(await readdir(out)).toEqual([SHARD.model.slice(0, 16)]);
  });
});

describe('writeManifest', () => {
  const file = (seed: number) => ({ sha256: String(seed).padStart(64, '0'), bytes: 1000 + seed });

  test.each([1, 3, 1000])('lists every shard, in pages of %i', async (page) => {
    const out = await temporaryFolder();
    await mkdir(join(out, 'new'));
    const read = async (shards: { seed: number }[]) => shards.map(({ seed }) => file(seed));
    expect(await writeManifest(join(out, 'new'), 'tiny', ORDER, read, page)).toBe(join(out, 'new', 'manifest.json'));
    const { model, settings, shards, total } = await readManifest(join(out, 'new'));
    expect(model).toEqual({ name: 'tiny', hash: ORDER.model });
    expect(settings).toEqual({ ...ORDER, model: undefined });
    expect(shards).toEqual(
      Array.from({ length: countShards(ORDER) }, (_, i) => shardAt(ORDER, i)).map((shard) => ({
        seed: shard.seed,
        count: shard.count,
        file: shardPath(shard),
        ...file(shard.seed),
      })),
    );
    expect(total).toEqual({ images: 10, shards: 4, bytes: 4000 + 41 + 44 + 47 + 50 });
    expect(await readdir(join(out, 'new'))).toEqual(['manifest.json']);
  });

  test('leaves the old one when it fails', async () => {
    const out = await temporaryFolder();
    await writeFile(join(out, 'manifest.json'), 'old');
    const read = () => Promise.reject(new Error('gone'));
    await expect(writeManifest(out, 'tiny', ORDER, read)).rejects.toThrow('gone');
    expect(await readdir(out)).toEqual(['manifest.json']);
    expect(await readFile(join(out, 'manifest.json'), 'utf8')).toBe('old');
  });

  test('checkManifest lets the same pictures, or more of them, replace it, and refuses others', async () => {
    const out = await temporaryFolder();
    await checkManifest(out, ORDER);
    await writeManifest(out, 'tiny', ORDER, async (shards) => shards.map(({ seed }) => file(seed)));
    await checkManifest(out, ORDER);
    await checkManifest(out, { ...ORDER, count: 1000 });
    await expect(checkManifest(out, { ...ORDER, steps: 6 })).rejects.toThrow(
      '--out must be a folder without the manifest of another order',
    );
  });
});
