import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkManifest, writeManifest } from '#pipeline/bulk/manifest.ts';
import { countShards, type Order, shardAt } from '#pipeline/bulk/shards.ts';
import { tarBytes } from '#pipeline/bulk/tar.ts';
import { findShard, holdsShard, shardPath, writeShard } from '#pipeline/bulk/write-shard.ts';
import { ORDER as PLAIN_ORDER, readManifest } from '#test/bulk.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { lacksPython, lacksTar, PYTHON, skipBecause } from '#test/skip.ts';

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

  test("is read by Python's tarfile", skipBecause(lacksPython('tarfile')), async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.tar'), tarBytes(entries));
    const script = 'import json,tarfile; print(json.dumps([[m.name, m.size] for m in tarfile.open("a.tar", "r:")]))';
    const members = JSON.parse(execFileSync(PYTHON, ['-c', script], { cwd: folder, encoding: 'utf8' }));
    expect(members).toEqual(entries.map(({ name, bytes }) => [name, bytes.length]));
  });

  test('ends with two blocks of zeros, also when it is empty', () => {
    expect(tarBytes([])).toEqual(Buffer.alloc(1024));
  });
});

describe('writeShard', () => {
  test(
    'writes a tar of pictures and classes named by seed, and a description with a row an image',
    skipBecause(lacksTar()),
    async () => {
      const out = await temporaryFolder();
      const file = await writeShard(out, SHARD, FILES);
      const tar = await readFile(join(out, shardPath(SHARD)));
      expect(file).toEqual({ bytes: tar.length, sha256: sha256(tar) });
      const names = execFileSync('tar', ['tf', join(out, shardPath(SHARD))], { encoding: 'utf8' });
      expect(names.trim().split('\n')).toEqual(
        [41, 42, 43].flatMap((seed) => [`0000000${seed}.png`, `0000000${seed}.cls`]),
      );
      const description = JSON.parse(await readFile(join(out, shardPath(SHARD).replace('.tar', '.json')), 'utf8'));
      expect(description).toMatchObject({ ...SHARD, ...file });
      expect(description.images).toEqual(
        PICTURES.map((bytes, i) => ({ seed: 41 + i, label: [4, 7][i % 2], sha256: sha256(bytes) })),
      );
      expect((await readdir(join(out, SHARD.model.slice(0, 16)))).length).toBe(2);
    },
  );

  test('writes the numbers that a picture is conditional on beside it', skipBecause(lacksTar()), async () => {
    const out = await temporaryFolder();
    const shard = shardAt({ ...ORDER, labels: null, conditions: { age: [60, 120.5] } }, 0);
    await writeShard(out, shard, FILES);
    const tar = join(out, shardPath(shard));
    const read = (name: string) => JSON.parse(execFileSync('tar', ['xOf', tar, name], { encoding: 'utf8' }));
    expect([41, 42, 43].map((seed) => read(`0000000${seed}.json`))).toEqual([{ age: 60 }, { age: 120.5 }, { age: 60 }]);
    const description = JSON.parse(await readFile(tar.replace('.tar', '.json'), 'utf8'));
    expect(description.images[1]).toEqual({
      seed: 42,
      label: null,
      conditions: { age: 120.5 },
      sha256: sha256(PICTURES[1]!),
    });
  });

  test('gives the same bytes again', async () => {
    const out = await temporaryFolder();
    const first = await writeShard(out, SHARD, FILES);
    expect(await writeShard(out, SHARD, FILES)).toEqual(first);
  });

  test('findShard finds a shard that is whole, and none that is cut, changed, undescribed or of another form', async () => {
    const out = await temporaryFolder();
    const tar = join(out, shardPath(SHARD));
    const json = tar.replace('.tar', '.json');
    expect(await findShard(out, SHARD)).toBeUndefined();
    const file = await writeShard(out, SHARD, FILES);
    expect(await findShard(out, SHARD)).toEqual(file);
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
