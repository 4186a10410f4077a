import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mergeShards } from '#pipeline/bulk/merge.ts';
import { makeOrder } from '#pipeline/bulk/order.ts';
import { runShare } from '#pipeline/bulk/run-share.ts';
import { countShards, shardAt } from '#pipeline/bulk/shards.ts';
import { countShare, parseShare, type Share, shardsOf } from '#pipeline/bulk/share.ts';
import { ORDER, readManifest, seedsIn } from '#test/bulk.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { spawnCli } from '#test/run-cli.ts';
import { lacksTar, skipBecause } from '#test/skip.ts';

const quiet = { signal: new AbortController().signal, onProgress: () => {}, onLine: () => {} };

describe('parseShare', () => {
  test('reads a task and the number of tasks', () => {
    expect(parseShare('0/64')).toEqual({ task: 0, tasks: 64 });
    expect(parseShare(' 63 / 64 ')).toEqual({ task: 63, tasks: 64 });
  });

  test.each(['64/64', '-1/64', '0/0', '0', '1/2/3', '0x1/2', '0/1000001', '', undefined])('refuses %j', (typed) => {
    expect(() => parseShare(typed)).toThrow('--shards must be a task');
  });
});

describe('shardsOf', () => {
  test.each([
    [10, 4, 1],
    [10, 4, 7],
    [1, 256, 64],
    [1000, 7, 11],
  ])('%i images in shards of %i go to %i tasks once each, as they are counted', (count, shard, tasks) => {
    const order = { ...ORDER, count, shard };
    const shares = Array.from({ length: tasks }, (_, task): Share => ({ task, tasks }));
    const all = shares.flatMap((share) => {
      const shards = [...shardsOf(order, share)];
      const images = shards.reduce((sum, each) => sum + each.count, 0);
      expect(countShare(order, share), `${share.task}`).toEqual({ shards: shards.length, images });
      return shards;
    });
    all.sort((a, b) => a.seed - b.seed);
    expect(all).toEqual(Array.from({ length: countShards(order) }, (_, i) => shardAt(order, i)));
  });
});

describe('tasks without a queue', () => {
  const folders = async () => ({ model: await tinyArtefact(), out: await temporaryFolder() });
  const orderOf = (model: string, count = 10) => makeOrder(model, { count, shard: 4, steps: 2, sampler: 'ddim' });

  test('make a share once, and find it again, whole or mended', skipBecause(lacksTar()), async () => {
    const { model, out } = await folders();
    const order = await orderOf(model);
    const run = (task: number) =>
      runShare({ order, share: { task, tasks: 2 }, model, modelName: 'tiny', out, device: 'cpu', ...quiet });
    const merge = () => mergeShards({ order, modelName: 'tiny', out, ...quiet });

    expect(await run(0)).toEqual({ shards: 2, found: 0, images: 6 });
    await expect(merge()).rejects.toMatchObject({
      message: expect.stringContaining('1 of 3 shards is missing or damaged'),
      more: [expect.stringContaining('shard 1: seeds 4 to 7'), expect.stringContaining('--shards 0/1')],
    });
    const both = mergeShards({ order: await orderOf(model, 12), modelName: 'tiny', out, ...quiet });
    await expect(both).rejects.toThrow('2 of 3 shards are missing or damaged');
    expect((await readdir(out)).filter((name) => /manifest/.test(name))).toEqual([]);
    expect(await run(1)).toEqual({ shards: 1, found: 0, images: 4 });
    expect(await merge()).toBe(join(out, 'manifest.json'));
    const { shards, total } = await readManifest(out);
    expect(seedsIn(out, shards)).toEqual(Array.from({ length: 10 }, (_, seed) => seed));
    expect(total.images).toBe(10);

    const whole = await readFile(join(out, 'manifest.json'));
    await writeFile(join(out, shards[2]!.file), 'damaged');
    await expect(merge()).rejects.toThrow('1 of 3 shards');
    expect(await run(0)).toEqual({ shards: 2, found: 1, images: 6 });
    await merge();
    expect(await readFile(join(out, 'manifest.json'))).toEqual(whole);
  });

  test('stop between network calls, and keep what is finished', async () => {
    const { model, out } = await folders();
    const order = await orderOf(model);
    const stop = new AbortController();
    const onProgress = () => stop.abort(new DOMException('Interrupted.', 'AbortError'));
    const share = { task: 0, tasks: 1 };
    const options = { order, share, model, modelName: 'tiny', out, device: 'cpu' as const, ...quiet };
    await expect(runShare({ ...options, onProgress, signal: stop.signal })).rejects.toThrow('Interrupted');
    expect(await runShare(options)).toEqual({ shards: 3, found: 1, images: 10 });
  });

  test('several processes at once, two of them with the same share, leave one whole set', {
    tags: 'long',
  }, async () => {
    const { model, out } = await folders();
    const order = [...'--count 24 --shard 2 --steps 4 --sampler ddim'.split(' '), '--out', out, '--model', model];
    const run = async (...args: string[]) => {
      const { stdout } = await spawnCli([...args, ...order, '--json', '--quiet']);
      return JSON.parse(stdout);
    };
    const worker = (share: string) => run('worker', '--shards', share, '--device', 'cpu');
    const results = await Promise.all(['0/2', '1/2', '1/2'].map(worker));
    expect(results.map(({ pictures }) => pictures)).toEqual([12, 12, 12]);
    const manifest = join(out, 'manifest.json');
    expect(await run('generate', '--merge')).toMatchObject({ pictures: 24, shards: 12, manifest });
    const text = await readFile(manifest, 'utf8');
    const { shards } = await readManifest(out);
    expect((await readdir(join(out, dirname(shards[0]!.file)))).length).toBe(24);

    // One task alone writes the same bytes.
    await rm(out, { recursive: true });
    expect(await worker('0/1')).toMatchObject({ task: 0, tasks: 1, shards: 12, found: 0, pictures: 24 });
    await run('generate', '--merge');
    expect(await readFile(manifest, 'utf8')).toBe(text);
  });
});
