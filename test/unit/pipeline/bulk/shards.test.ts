import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_GUIDANCE, SAMPLER_NAMES } from '@onnoise/scheduler';
import { describe, expect, test } from 'vitest';
import { makeOrder } from '#pipeline/bulk/order.ts';
import { sampleShard } from '#pipeline/bulk/sample-shard.ts';
import { countShards, labelAt, type Order, parseShard, shardAt, shardId } from '#pipeline/bulk/shards.ts';
import { loadModel } from '#runtime-node/index.ts';
import { hashModel } from '#runtime-node/model-hash.ts';
import { ORDER as PLAIN_ORDER } from '#test/bulk.ts';
import { externalOnnx } from '#test/models/external-onnx.ts';
import { GUIDED, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';

const ORDER: Order = { ...PLAIN_ORDER, labels: [4, 7, 9] };
const shardsOf = (order: Order) => Array.from({ length: countShards(order) }, (_, i) => shardAt(order, i));

describe('shardAt', () => {
  test('cuts an order into shards that have every seed once and take the labels in turn', () => {
    const images = shardsOf(ORDER).flatMap((shard) =>
      Array.from({ length: shard.count }, (_, i) => [shard.seed + i, labelAt(shard, i)]),
    );
    expect(images).toEqual(Array.from({ length: 10 }, (_, i) => [100 + i, [4, 7, 9][i % 3]]));
  });

  test('an unconditional model has no labels, and a shard has no more labels than images', () => {
    expect(labelAt(shardAt({ ...ORDER, labels: null }, 0), 3)).toBeUndefined();
    const labels = [0, 1, 2, 3, 4, 5];
    expect([1, 2].map((i) => shardAt({ ...ORDER, labels }, i).labels)).toEqual([
      [4, 5, 0, 1],
      [2, 3],
    ]);
  });

  test('gives the pictures of the whole order, whatever the batch', async () => {
    const folder = await tinyArtefact(GUIDED);
    const conditions = { age: [60, 120, 180] };
    const ordered = await makeOrder(folder, { count: 7, labels: [1, 0], conditions, shard: 4 });
    const guidance = { scale: DEFAULT_GUIDANCE, interval: [0, 99] };
    expect(ordered).toMatchObject({ conditions, guidance });
    const model = await loadModel(folder, { device: 'cpu' });
    const { signal } = new AbortController();
    const whole = await sampleShard(model, shardAt({ ...ordered, shard: 7 }, 0), undefined, signal);
    const parts = await Promise.all([0, 1].map((i) => sampleShard(model, shardAt(ordered, i), 2, signal)));
    expect(parts.flat()).toEqual(whole);
    const plain = await makeOrder(folder, { count: 7, labels: [1, 0], guidance: 1 });
    expect(plain).not.toHaveProperty('guidance');
    expect(await sampleShard(model, shardAt(plain, 0), undefined, signal)).not.toEqual(whole);
    await model.dispose();
  });
});

describe('shardId', () => {
  const FACTS = { spacing: 0.7, levels: { black: -160, white: 240, unit: 'HU' }, bodyPart: 'HAND' } as const;
  const GUIDANCE = { scale: 1.5, interval: [0, 50] } as const;
  const CHANGES: Partial<Order>[] = [
    { model: 'cd'.repeat(32) },
    { sampler: 'ddpm' },
    { steps: 6 },
    { eta: 0.5 },
    { spacing: 'trailing' },
    { labels: [4, 7, 8] },
    { labels: null },
    { seed: 101 },
    { shard: 3 },
    { guidance: GUIDANCE },
    { guidance: { ...GUIDANCE, interval: [0, 60] } },
    { conditions: { age: [60, 120, 180], weight: [4] } },
    { conditions: { age: [60, 120, 181], weight: [4] } },
    { depth: 16 },
    { files: 'nifti' },
    { files: 'dicom' },
    { files: 'dicom', modality: 'CT' },
    { files: 'dicom', modality: 'CT', facts: FACTS },
    { files: 'dicom', modality: 'CT', facts: { ...FACTS, spacing: 0.8 } },
  ];

  test('is another for every setting, and each shard goes through the queue', () => {
    const shards = [{}, ...CHANGES].map((change) => shardAt({ ...ORDER, ...change }, 0));
    expect(new Set(shards.map(shardId)).size).toBe(shards.length);
    for (const shard of shards) expect(parseShard(JSON.parse(JSON.stringify(shard)))).toEqual(shard);
    expect(shardId(shards[0]!)).toBe('shard-d22ad3bc6ef37f73ca9bca6d5572e9a7'); // as it always was
  });

  test('is the same in a larger order of the same pictures, and in one that starts later', () => {
    const ids = (order: Order) => shardsOf(order).map(shardId);
    expect(ids({ ...ORDER, count: 20 }).slice(0, 2)).toEqual(ids({ ...ORDER, count: 8 }));
    expect(ids({ ...ORDER, seed: 104, labels: [7, 9, 4] })[0]).toBe(ids(ORDER)[1]);
  });
});

describe('parseShard', () => {
  const shard = shardAt(ORDER, 0);

  test.each<[data: unknown, message: string]>([
    [null, 'the job must be an object'],
    [[shard], 'the job must be an object'],
    [{ out: '/etc' }, 'unknown field, out'],
    [{ format: 2 }, 'format must be 1'],
    [{ model: '../..' }, 'model must be a SHA-256'],
    [{ sampler: 'nonesuch' }, `sampler must be one of ${SAMPLER_NAMES.join(', ')}`],
    [{ steps: 0 }, 'steps must be an integer from 1'],
    [{ spacing: 'even' }, 'spacing must be one of model, leading'],
    [{ eta: '0' }, 'eta must be a number from 0 to 1'],
    [{ count: 100_001 }, 'count must be an integer from 1 to 100000'],
    [{ seed: -1 }, 'seed must be an integer from 0'],
    [{ labels: [] }, 'labels must be null or an array of 1 to 4'],
    [{ labels: [1, 2, 3, 4, 5] }, 'labels must be null or an array of 1 to 4'],
    [{ labels: [0.5] }, 'a label must be an integer'],
    [{ guidance: 2 }, 'guidance must be a scale from 0 to 20 and an interval'],
    [{ conditions: { age: ['x'] } }, 'conditions must be lists of at least one number'],
    [{ files: 'tiff' }, 'files must be one of dicom, nifti'],
    [{ depth: 12 }, 'depth must be 16'],
    [{ files: 'nifti', modality: 'CR' }, '--modality must be left out'],
    ...[
      { spacing: 0 },
      { levels: { black: 1, white: 1 } },
      { levels: { black: 0, white: 1, unit: 'mm' } },
      { bodyPart: 'hand' },
      { plane: 'axial' },
      { patient: 'Doe' },
      [],
    ].map((facts): [object, string] => [{ files: 'dicom', facts }, 'facts must be what is known of pictures']),
  ])('refuses %j', (data, message) => {
    const changed = data === null || Array.isArray(data) ? data : { ...shard, ...(data as object) };
    expect(() => parseShard(changed)).toThrow(message);
  });
});

describe('hashModel', () => {
  test('is that of a copy elsewhere, and not that of another network, config or schedule', async () => {
    const folder = await tinyArtefact();
    const hash = await hashModel(folder);
    const copied = async (file: string) => {
      const copy = join(await temporaryFolder(), 'copy');
      await cp(folder, copy, { recursive: true });
      await writeFile(join(copy, file), 'x');
      return hashModel(copy);
    };
    expect(await copied('README.md')).toBe(hash);
    for (const file of ['unet/model.onnx', 'unet/config.json', 'scheduler/scheduler_config.json']) {
      expect(await copied(file), file).not.toBe(hash);
    }
  });

  test('counts the weights that lie beside the network, and says where one is missing', async () => {
    const folder = await tinyArtefact();
    await writeFile(join(folder, 'unet/model.onnx'), externalOnnx());
    for (const name of ['j', 'k']) await writeFile(join(folder, 'unet', name), name);
    await expect(hashModel(folder)).rejects.toThrow('unet/w');
    const hashes = new Set<string>();
    for (const weights of ['w', 'other']) {
      await writeFile(join(folder, 'unet/w'), weights);
      hashes.add(await hashModel(folder));
    }
    expect(hashes.size).toBe(2);
  });
});

describe('makeOrder', () => {
  test('completes what was not said: steps, sampler and all classes of the model', async () => {
    const order = await makeOrder(await tinyArtefact({ classes: 3, T: 20 }), { count: 5 });
    expect(order).toMatchObject({ sampler: 'dpmpp_2m_sde', steps: 19, eta: 0, labels: [0, 1, 2], seed: 0, shard: 256 });
    expect((await makeOrder(await tinyArtefact(), { count: 5 })).labels).toBeNull();
  });

  test.each([
    ['no image', { count: 0 }, '--count must be an integer from 1 to 1000000000, received 0'],
    ['a shard of nothing', { count: 1, shard: 0 }, '--shard must be an integer from 1 to 100000, received 0'],
    ['seeds beyond 2^53', { count: 2, seed: Number.MAX_SAFE_INTEGER }, '--seed must be an integer from 0'],
    ['labels it cannot have', { count: 1, labels: [0] }, 'this model is not conditional'],
  ])('refuses %s', async (_, options, message) => {
    await expect(makeOrder(await tinyArtefact(), options)).rejects.toThrow(message);
  });
});
