/**
 * Pictures of both sides from the same noise: ours by our sampler on onnxruntime, PyTorch's by diffusers' DDIMScheduler,
 * which takes the noise of its steps from outside. The classes take turns.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileSampler, sampleImages, seededNoise } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import { writeWhole } from '#base/files/output.ts';
import { readSafetensors } from '#training/folder/safetensors.ts';
import { rowsOf } from '#training/pictures/conditioning.ts';
import { createPredictor } from '#training/pictures/denoiser.ts';
import type { TrainPlan } from '#training/plan/plan.ts';
import type { TorchSide } from './torch-side.ts';

export interface Sampling {
  count: number;
  /** Of DDIM. */
  steps: number;
  /** DDIM's noise, 0 (none) to 1 (DDPM's). */
  eta: number;
}

/** Images per call. */
const BATCH = 50;

export const labelsOf = (count: number, classes: number) => Int32Array.from({ length: count }, (_, i) => i % classes);

/** Of this seed of training: so pictures of different seeds tell of the luck of the draw, too. */
const seedsOf = (training: number, count: number) => Array.from({ length: count }, (_, i) => 1_000_000 * training + i);

/** @param weights safetensors file @returns [count, C, H, W] in about [-1, 1] */
export async function sampleOurs(plan: TrainPlan, weights: string, sampling: Sampling): Promise<Float32Array> {
  const { tensors } = await readSafetensors(weights);
  const parameters = new Map([...tensors].map(([name, { data }]) => [name, data as Float32Array]));
  const predictor = await createPredictor(plan.model, parameters);
  const table = compileSampler(plan.scheduler, { sampler: 'ddim', steps: sampling.steps, eta: sampling.eta });
  try {
    return await inBatches(plan, sampling, (seeds, labels) =>
      sampleImages({
        table,
        shape: plan.model.shape,
        seeds,
        denoise: (x, timesteps) => predictor.predict(x, timesteps, rowsOf(plan.model, { labels }, seeds.length)),
      }),
    );
  } finally {
    await predictor.dispose();
  }
}

/** The same with PyTorch; its model must be open. */
export async function sampleTorch(
  plan: TrainPlan,
  weights: string,
  sampling: Sampling,
  torch: TorchSide,
): Promise<Float32Array> {
  const { steps, eta } = sampling;
  const size = sizeOf(plan.model.shape);
  await torch.ask('load', { weights });
  return inBatches(plan, sampling, async (seeds, labels) => {
    const noise = new Float32Array((1 + steps) * seeds.length * size);
    for (let draw = 0; draw <= steps; draw++) {
      seeds.forEach((seed, i) => {
        seededNoise(seed, draw, noise.subarray((draw * seeds.length + i) * size).subarray(0, size));
      });
    }
    const { images } = await torch.ask<{ images: string }>(
      'sample',
      { steps, eta },
      {
        noise: { shape: [1 + steps, seeds.length, ...plan.model.shape], data: noise },
        labels: { shape: [seeds.length], data: labels },
      },
    );
    const bytes = new Uint8Array(Buffer.from(images, 'base64'));
    return new Float32Array(bytes.buffer);
  });
}

/** Pictures that were made before, or now. @param folder of the side */
export async function kept(
  folder: string,
  { count, steps, eta }: Sampling,
  sample: () => Promise<Float32Array>,
): Promise<Float32Array> {
  const path = join(folder, `pictures-${count}-ddim-${steps}-eta-${eta}.f32`);
  const before = await readFile(path).catch(() => undefined);
  if (before) return new Float32Array(new Uint8Array(before).buffer);
  const images = await sample();
  await writeWhole(path, new Uint8Array(images.buffer, images.byteOffset, images.byteLength));
  return images;
}

async function inBatches(
  { model, config }: TrainPlan,
  { count }: Sampling,
  draw: (seeds: number[], labels: Int32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const size = sizeOf(model.shape);
  const seeds = seedsOf(config.training.seed, count);
  const labels = labelsOf(count, model.classCount!);
  const images = new Float32Array(count * size);
  for (let first = 0; first < count; first += BATCH) {
    const some = seeds.slice(first, first + BATCH);
    images.set(await draw(some, labels.slice(first, first + BATCH)), first * size);
  }
  return images;
}
