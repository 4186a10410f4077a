import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_GUIDANCE, SAMPLER_NAMES } from '@onnoise/scheduler';
import { describe, expect, test } from 'vitest';
import { makeOrder } from '#pipeline/bulk/order.ts';
import { sampleShard } from '#pipeline/bulk/sample-shard.ts';
import { conditionsAt, countShards, labelAt, type Order, parseShard, shardAt, shardId } from '#pipeline/bulk/shards.ts';
import { loadModel } from '#runtime-node/index.ts';
import { hashModel } from '#runtime-node/model-hash.ts';
import { ORDER as PLAIN_ORDER } from '#test/bulk.ts';
import { trainedCard } from '#test/models/card.ts';
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

  test.each([
    [1, 1, 1],
    [256, 256, 1],
    [257, 256, 2],
    [100_000, 256, 391],
    [100_000_000, 256, 390_625],
  ])('%i images in shards of %i are %i shards', (count, shard, shards) => {
    expect(countShards({ ...ORDER, count, shard })).toBe(shards);
  });

  test('an unconditional model has no labels, and a shard has no more labels than images', () => {
    expect(labelAt(shardAt({ ...ORDER, labels: null }, 0), 3)).toBeUndefined();
    expect(shardAt({ ...ORDER, labels: [0, 1, 2, 3, 4, 5] }, 1).labels).toEqual([4, 5, 0, 1]);
    expect(shardAt({ ...ORDER, labels: [0, 1, 2, 3, 4, 5] }, 2).labels).toEqual([2, 3]);
  });
});

describe('a shard of conditions and guidance', () => {
  const order: Order = {
    ...ORDER,
    conditions: { age: [60, 120, 180], weight: [4] },
    guidance: { scale: 1.5, interval: [0, 50] },
  };

  test('takes their values in turn where the shard before left off, and goes through the queue', () => {
    const ages = shardsOf(order).flatMap((shard) =>
      Array.from({ length: shard.count }, (_, i) => conditionsAt(parseShard(JSON.parse(JSON.stringify(shard))), i)),
    );
    expect(ages).toEqual(Array.from({ length: 10 }, (_, i) => ({ age: [60, 120, 180][i % 3], weight: 4 })));
    expect(conditionsAt(shardAt(ORDER, 0), 0)).toBeUndefined();
  });

  test('has an id of its own, and one without has the id that it always had', () => {
    const [id, ...others] = [
      order,
      { ...order, guidance: undefined },
      { ...order, guidance: { scale: 1.5, interval: [0, 60] as const } },
      { ...order, conditions: undefined },
      { ...order, conditions: { age: [60, 120, 181], weight: [4] } },
    ].map((one) => shardId(shardAt(one, 0)));
    expect(others).not.toContain(id);
    expect(new Set(others).size).toBe(4);
    expect(shardId(shardAt(ORDER, 0))).toBe('shard-d22ad3bc6ef37f73ca9bca6d5572e9a7');
  });

  test('gives the pictures of the whole order', async () => {
    const folder = await tinyArtefact(GUIDED);
    const ordered = await makeOrder(folder, {
      count: 7,
      labels: [1, 0],
      conditions: { age: [60, 120, 180] },
      shard: 4,
    });
    expect(ordered).toMatchObject({
      conditions: { age: [60, 120, 180] },
      guidance: { scale: DEFAULT_GUIDANCE, interval: [0, 99] },
    });
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

  test('may be of a model that needs its conditions, and is refused with a batch of no picture', async () => {
    const folder = await tinyArtefact({ ...GUIDED, nullCondition: false });
    const ordered = await makeOrder(folder, { count: 2, labels: [1, 0], conditions: { age: [60] } });
    const model = await loadModel(folder, { device: 'cpu' });
    const { signal } = new AbortController();
    expect(await sampleShard(model, shardAt(ordered, 0), undefined, signal)).toHaveLength(2);
    await expect(sampleShard(model, shardAt(ordered, 0), 0, signal)).rejects.toThrow(
      'Cannot sample images: batch must be an integer from 1 to 1024, received 0.',
    );
    await model.dispose();
  });
});

describe('shardId', () => {
  test('a larger order of the same pictures has the same shards first', () => {
    const larger = shardsOf({ ...ORDER, count: 20 }).map(shardId);
    expect(
      shardsOf({ ...ORDER, count: 8 })
        .map(shardId)
        .every((id, i) => id === larger[i]),
    ).toBe(true);
  });

  test('an order that starts later shares the shards that are the same, labels included', () => {
    expect(shardId(shardAt({ ...ORDER, seed: 104, labels: [7, 9, 4] }, 0))).toBe(shardId(shardAt(ORDER, 1)));
  });

  test.each([
    ['model', { model: 'cd'.repeat(32) }],
    ['sampler', { sampler: 'ddpm' as const }],
    ['steps', { steps: 6 }],
    ['eta', { eta: 0.5 }],
    ['spacing', { spacing: 'trailing' as const }],
    ['labels', { labels: [4, 7, 8] }],
    ['no labels', { labels: null }],
    ['seed', { seed: 101 }],
    ['shard size', { shard: 3 }],
  ])('differs with the %s', (_, change) => {
    expect(shardId(shardAt({ ...ORDER, ...change }, 0))).not.toBe(shardId(shardAt(ORDER, 0)));
  });

  test('is one that BullMQ takes: no colon, and no number', () => {
    expect(shardId(shardAt(ORDER, 0))).toMatch(/^shard-[0-9a-f]{32}$/);
  });
});

describe('parseShard', () => {
  const shard = shardAt(ORDER, 0);

  test('takes what shardAt made, also by way of JSON', () => {
    expect(parseShard(JSON.parse(JSON.stringify(shard)))).toEqual(shard);
  });

  test.each([
    ['nothing', null, 'the job must be an object'],
    ['a list', [shard], 'the job must be an object'],
    ['an unknown field', { ...shard, out: '/etc' }, 'unknown field, out'],
    ['another format', { ...shard, format: 2 }, 'format must be 1'],
    ['a model that is no hash', { ...shard, model: '../..' }, 'model must be a SHA-256'],
    ['an unknown sampler', { ...shard, sampler: 'nonesuch' }, `sampler must be one of ${SAMPLER_NAMES.join(', ')}`],
    ['no steps', { ...shard, steps: 0 }, 'steps must be an integer from 1'],
    ['another spacing', { ...shard, spacing: 'even' }, 'spacing must be one of model, leading'],
    ['eta as text', { ...shard, eta: '0' }, 'eta must be a number from 0 to 1'],
    ['too many images', { ...shard, count: 100_001 }, 'count must be an integer from 1 to 100000'],
    ['a negative seed', { ...shard, seed: -1 }, 'seed must be an integer from 0'],
    ['no label', { ...shard, labels: [] }, 'labels must be null or an array of 1 to 4'],
    ['more labels than images', { ...shard, labels: [1, 2, 3, 4, 5] }, 'labels must be null or an array of 1 to 4'],
    ['a label that is none', { ...shard, labels: [0.5] }, 'a label must be an integer'],
    ['a scale alone', { ...shard, guidance: 2 }, 'guidance must be a scale from 0 to 20 and an interval'],
    [
      'a condition of words',
      { ...shard, conditions: { age: ['x'] } },
      'conditions must be lists of at least one number',
    ],
  ])('refuses %s', (_, data, message) => {
    expect(() => parseShard(data)).toThrow(message);
  });
});

describe('hashModel', () => {
  test('is that of a copy elsewhere, and not that of another network, config or schedule', async () => {
    const folder = await tinyArtefact();
    const hash = await hashModel(folder);
    const copy = join(await temporaryFolder(), 'copy');
    await cp(folder, copy, { recursive: true });
    await writeFile(join(copy, 'README.md'), 'another card');
    expect(await hashModel(copy)).toBe(hash);
    for (const file of ['unet/model.onnx', 'unet/config.json', 'scheduler/scheduler_config.json']) {
      const changed = join(await temporaryFolder(), 'changed');
      await cp(folder, changed, { recursive: true });
      await writeFile(join(changed, file), 'x');
      expect(await hashModel(changed), file).not.toBe(hash);
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
    ['too many steps', { count: 1, steps: 101 }, 'steps must be an integer from 1 to 100'],
    ['eta with ddpm', { count: 1, sampler: 'ddpm' as const, eta: 0.5 }, 'eta must be left out or 0'],
    ['labels it cannot have', { count: 1, labels: [0] }, 'this model is not conditional'],
    ['a condition it cannot have', { count: 1, conditions: { age: 1 } }, 'a condition must be left out'],
    ['guidance it cannot have', { count: 1, guidance: 2 }, 'guidance must be left out or 1'],
  ])('refuses %s', async (_, options, message) => {
    await expect(makeOrder(await tinyArtefact(), options)).rejects.toThrow(message);
  });

  test('orders classes by name as by number', async () => {
    const data = { name: 'pets', hash: 'sha256:0', count: 2, classNames: ['cat', 'dog'] };
    const card = trainedCard({ name: 'pets', data });
    const model = await tinyArtefact({ classes: 2 }, { card });
    const order = await makeOrder(model, { count: 3, labels: ['dog', '0'] });
    expect(order).toEqual(await makeOrder(model, { count: 3, labels: [1, 0] }));
    expect(order.labels).toEqual([1, 0]);
    await expect(makeOrder(model, { count: 3, labels: ['cow'] })).rejects.toThrow(
      'a label must be a class, one of cat, dog',
    );
  });

  test('refuses classes that the model has not, and more labels than images', async () => {
    const model = await tinyArtefact({ classes: 3 });
    await expect(makeOrder(model, { count: 3, labels: [3] })).rejects.toThrow(
      'a label must be a class, a number from 0 to 2',
    );
    await expect(makeOrder(model, { count: 1, labels: [0, 1] })).rejects.toThrow('at most as many as images');
  });
});
