/** A model that repeats its fifty training images is called out, and the shipped one is not. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findCopies } from '#evaluation/memorisation/index.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { loadModel } from '#runtime-node/index.ts';
import { gaussian, shuffle } from '#scheduler/index.ts';
import { type ImageShape, toBytes } from '#scheduler/model/index.ts';
import { change, digitGroups, join as joinSets, pick, sizeOfImage, upTo } from '#test/evaluate/digits.ts';
import { prepare, temporaryFolder } from '#test/pictures/images.ts';
import { ROOT } from '#test/repository.ts';
import { runCli } from '#test/run-cli.ts';

const folder = temporaryFolder();

const NOISE = new Float32Array(20 * 784);
gaussian(3, 0, NOISE);

async function sample(model: string, options: { count: number; steps: number; seed: number }): Promise<ImageSet> {
  const { sample, dispose } = await loadModel(model, { device: 'cpu' });
  const { images, shape } = await sample({ ...options, sampler: 'ddpm' });
  await dispose();
  return { shape, count: options.count, pixels: new Uint8Array(toBytes(images)) };
}

/** MNIST's own format. */
async function writeIdx(path: string, set: ImageSet) {
  const [, height, width] = set.shape;
  const head = Buffer.alloc(16);
  for (const [i, number] of [0x803, set.count, height, width].entries()) head.writeUInt32BE(number, 4 * i);
  await writeFile(path, Buffer.concat([head, set.pixels]));
}

const OVERFITTED = {
  model: {
    _class_name: 'UNet2DModel',
    block_out_channels: [24, 48],
    layers_per_block: 1,
    down_block_types: ['DownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'UpBlock2D'],
    add_attention: true,
    attention_head_dim: 16,
    norm_num_groups: 8,
  },
  scheduler: {
    num_train_timesteps: 1000,
    beta_schedule: 'squaredcos_cap_v2',
    prediction_type: 'v_prediction',
    timestep_spacing: 'trailing',
  },
  training: {
    steps: 1500,
    batch: 25,
    lr: 0.003,
    lrSchedule: 'cosine',
    warmupSteps: 50,
    weightDecay: 0,
    emaDecay: 0.99,
  },
  output: { sampleEvery: null, checkpointEvery: null },
};

test('a model trained on fifty digits for 750 epochs repeats them, and that is found', async () => {
  const cacheDir = join(folder, 'cache');
  const { training, heldOut } = await digitGroups(cacheDir, { training: 50, heldOut: 400 }, 16);
  await writeIdx(join(folder, 'fifty-images-idx3-ubyte'), training);
  const data = { source: join(folder, 'fifty-images-idx3-ubyte'), size: 16, channels: 1, validationShare: 0, cacheDir };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...OVERFITTED, data }));
  const [run, model] = [join(folder, 'run'), join(folder, 'model')];
  const trained = await runCli('train', '--quiet', '--config', join(folder, 'config.json'), '--out', run);
  expect(trained.code, trained.stderr).toBe(0);
  const exported = await runCli('export', '--quiet', '--run', run, '--out', model);
  expect(exported.code, exported.stderr).toBe(0);

  const samples = await sample(model, { count: 200, steps: 50, seed: 1 });
  const found = await findCopies({ samples, training, heldOut, seed: 0 });
  expect(found.verdict, found.reason).toBe('copies found');
  expect(found.tests[0]!.flagged).toBeGreaterThan(100);
  expect(found.tests[0]!.distances.z).toBeGreaterThan(5);
});

test('of twenty innocent splits of digits, one is accused at most', async () => {
  let accused = 0;
  for (let split = 0; split < 20; split++) {
    const counts = { training: 500, heldOut: 200, samples: 150 };
    const { all } = await digitGroups(join(folder, 'cache'), { all: 4000 });
    const order = Array.from(
      shuffle(
        Uint32Array.from({ length: 4000 }, (_, i) => i),
        split,
        1,
      ),
    );
    const [training, heldOut, samples] = Object.values(counts).map((count) => pick(all, order.splice(0, count)));
    const found = await findCopies({ samples: samples!, training: training!, heldOut: heldOut!, seed: split });
    if (found.verdict === 'copies found') accused++;
  }
  expect(accused).toBeLessThanOrEqual(1);
});

const UNSEEN: [string, Parameters<typeof change>[1]][] = [
  ['moved by three pixels', (at, x, y) => at(x - 3, y + 3)],
  ['under strong noise', (at, x, y, i) => at(x, y) + 80 * NOISE[i]!],
  ['of the upper half alone', (at, x, y) => (y < 14 ? at(x, y) : 0)],
];

test.for(UNSEEN)('copies %s go unseen in pixels, as the docs say', async ([, changed]) => {
  const groups = await digitGroups(join(folder, 'cache'), { training: 3000, heldOut: 500, fresh: 280 });
  const { training, heldOut, fresh } = groups;
  const copies = change(pick(training, upTo(20)), changed);
  const found = await findCopies({ samples: joinSets(fresh, copies), training, heldOut, seed: 0 });
  expect([found.verdict, found.flagged.filter(({ sample }) => sample >= 280)]).toEqual(['none found', []]);
});

test('models/digits does not repeat the images that it was trained on', async () => {
  const options = { data: 'digits', size: 28, channels: 1, validationShare: 0.05, cacheDir: folder } as const;
  const dataset = await prepare(options);
  const take = async (numbers: Uint32Array): Promise<ImageSet> => {
    const shape: ImageShape = [1, 28, 28];
    const set = { shape, count: numbers.length, pixels: new Uint8Array(numbers.length * 784) };
    expect(sizeOfImage(set)).toBe(784);
    await dataset.read(numbers, set.pixels);
    return set;
  };
  const [training, heldOut] = [await take(dataset.train), await take(dataset.validation)];
  const samples = await sample(join(ROOT, 'models', 'digits'), { count: 500, steps: 20, seed: 1 });
  const found = await findCopies({ samples, training, heldOut, seed: 0 });
  expect(found.verdict, found.reason).toBe('none found');
  expect(found.sensitivity.find(({ copies }) => copies === 5)!.found).toBeGreaterThan(0.95);
});
