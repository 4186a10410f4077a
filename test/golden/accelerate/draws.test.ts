/**
 * The random numbers, batches and augmentations of a project for accelerate: those of `pipeline train`.
 * @module-tag long
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gaussian, philoxStream, shuffle } from '@onnoise/scheduler';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeData } from '#pipeline/export/accelerate/data-file.ts';
import { conditionInputs } from '#scheduler/training/conditioning.ts';
import { drawStep } from '#scheduler/training/draw.ts';
import { drawTimesteps } from '#scheduler/training/timesteps.ts';
import { expectClose } from '#test/compare.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { createTrainingBatches, type TrainingBatch } from '#training/data/index.ts';

const MODULES = fileURLToPath(new URL('../../../pipeline/python/accelerate/', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../support/accelerate/draws.py', import.meta.url));
const SHAPE = [3, 5, 5];
const BATCH = 8;
const T = 77;
const STEP = 2 ** 31 + 5;
const SEED = 2 ** 40 + 12_345;
const SPECS = [{ name: 'age', mean: 20, std: 5, min: 10, max: 41.5 }];
const dataset = memoryDataset({ size: 5, channels: 3, classes: 4, aged: true });

interface Drawn {
  images: number[];
  noise: number[];
  timesteps: number[];
  class_labels: number[];
  conditions: number[];
  position: object;
  words: number[];
  normals: number[];
  logits: number[];
  shuffled: number[];
}

describe.each([
  ['mirrored', { flip: true, rotate: 0, translate: 0, scale: 0, contrast: 0 }],
  [
    'turned, moved, scaled and of another contrast',
    { flip: true, rotate: 25, translate: 0.2, scale: 0.3, contrast: 0.4 },
  ],
])('a project for accelerate, with images %s', skipBecause(lacksPython('diffusers')), (_, augment) => {
  let drawn: Drawn;
  let ours: TrainingBatch;
  const training = { seed: SEED, labelDropout: 0.4, offsetNoise: 0, timestepSampling: 'uniform' };

  beforeAll(async () => {
    const file = join(temporaryFolder(), 'data.safetensors');
    await writeData(file, dataset, { labels: true, conditions: SPECS });
    const batches = createTrainingBatches(dataset, { ...augment, batch: BATCH, seed: SEED });
    // The third batch of an epoch does not fit: it is the first of the next.
    batches.position = { epoch: 3, index: 16 };
    ours = await batches.next();
    const asked = {
      seed: SEED,
      shape: SHAPE,
      batch: BATCH,
      T,
      step: STEP,
      file,
      training,
      data: augment,
      nullClass: 4,
      stream: 0x7e00_0001,
      offset: 2 ** 36 + 3,
      position: { epoch: 3, index: 16 },
    };
    drawn = askPython([SCRIPT, MODULES, JSON.stringify(asked)]);
  }, 600_000);

  it('draws words, normals and orders from the same stream', () => {
    const source = philoxStream(SEED, 0x7e00_0001);
    const words = Array.from({ length: 12 }, () => 0);
    const block = new Uint32Array(4);
    for (let i = 0; i < 3; i++) {
      source(2 ** 34 + i, block);
      words.splice(4 * i, 4, ...block);
    }
    expect(drawn.words).toEqual(words.slice(3));
    const normals = new Float32Array(9);
    gaussian(SEED, 2 ** 36 + 3, normals, 0x7e00_0001);
    expectClose(drawn.normals, normals, { absolute: 1e-6 });
    const order = shuffle(
      Array.from({ length: 20 }, (_, i) => i),
      SEED,
      0x7e00_0001,
    );
    expect(drawn.shuffled).toEqual(order);
  });

  it('gives two processes the halves of the same batch', () => {
    expect(drawn.position).toEqual({ epoch: 4, index: 0 });
    expect(ours.position).toEqual({ epoch: 4, index: 8 });
    expectClose(drawn.images, ours.images, { absolute: 1e-6, what: 'images' });
  });

  it('leaves out the same conditions', () => {
    const inputs = conditionInputs(
      { classCount: 4, conditions: SPECS },
      { seed: SEED, batch: BATCH, labelDropout: 0.4 },
    )({ labels: ours.labels!, conditions: ours.conditions! }, STEP);
    expect(drawn.class_labels).toEqual([...inputs.labels!]);
    expect(inputs.labels).toContain(4);
    expectClose(drawn.conditions, inputs.conditions!, { absolute: 1e-6, what: 'conditions' });
  });

  it('draws the same noise and timesteps', () => {
    const draw = drawStep(SEED, STEP, BATCH, 75, T);
    expect(drawn.timesteps).toEqual([...draw.timesteps]);
    expectClose(drawn.noise, draw.noise, { absolute: 1e-6, what: 'noise' });
    const middle = { kind: 'logit_normal', mean: 0.5, std: 1.2 } as const;
    expect(drawn.logits).toEqual([...drawTimesteps(SEED, STEP, BATCH, T, middle)]);
  });
});
