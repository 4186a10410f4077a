import { DEFAULT_GUIDANCE } from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectDevice, loadModel, type SampleOptions } from '#runtime-node/index.ts';
import { compileSampler, gaussian, InputError, parseSchedulerConfig } from '#scheduler/index.ts';
import { expectClose } from '#test/compare.ts';
import { GUIDED, tinyArtefact, tinyOutput } from '#test/models/tiny-onnx.ts';
import { skipBecause } from '#test/skip.ts';

const load = async (options: Parameters<typeof tinyArtefact>[0] = {}) =>
  loadModel(await tinyArtefact(options), { device: 'cpu' });

const noiseOf = (...seeds: number[]) => {
  const noise = new Float32Array(seeds.length * 16);
  for (const [n, seed] of seeds.entries()) gaussian(seed, 0, noise.subarray(16 * n, 16 * n + 16));
  return noise;
};
const FROM = Float32Array.from({ length: 3 * 16 }, (_, i) => Math.sin(i));
const MASK = Float32Array.from({ length: 16 }, (_, i) => i % 2);

describe('sample', () => {
  test.each([1, 2.5])(
    "runs the sampler's table over the network with and without class and conditions, guided by %d in an interval",
    async (guidance) => {
      const model = await load(GUIDED);
      const settings = { steps: 4, sampler: 'ddim' } as const;
      const { images } = await model.sample({
        ...settings,
        count: 2,
        seed: 5,
        labels: ['1', 0],
        conditions: { age: [140, 80] },
        guidance,
        ...(guidance !== 1 && { guidanceInterval: [25, 50] }),
      });
      const { rows } = compileSampler(parseSchedulerConfig({ num_train_timesteps: 100 }), settings);
      expect(rows.map(({ timestep }) => timestep)).toEqual([75, 50, 25, 0]);
      const expected = [...noiseOf(5, 6)].map((start, i) =>
        rows.reduce((x, { timestep, p, q, A, E, B }) => {
          const given = tinyOutput(x, timestep, i < 16 ? 1 : 0, {}, [i < 16 ? 1 : -0.5, 1]);
          const without = tinyOutput(x, timestep, 2, {}, [0, 0]);
          const o = timestep >= 25 && timestep <= 50 ? without + guidance * (given - without) : given;
          return A * x + E * o + B * Math.min(1, Math.max(-1, p * x + q * o));
        }, start),
      );
      expectClose(images, expected, { absolute: 1e-6 });
    },
  );

  test('starts from a picture in every batch, and keeps what the mask keeps', async () => {
    const model = await load();
    const options = { seed: 5, count: 3, steps: 6, sampler: 'dpmpp_2m', strength: 0.7, mask: MASK } as const;
    const { images } = await model.sample({ ...options, from: FROM, batch: 2 });
    for (let n = 0; n < 3; n++) {
      const one = FROM.slice(16 * n, 16 * n + 16);
      const single = await model.sample({ ...options, count: 1, seed: 5 + n, from: one });
      expectClose(images.subarray(16 * n, 16 * n + 16), single.images, { absolute: 1e-6 });
      for (let i = 0; i < 16; i += 2) expect(images[16 * n + i]).toBe(one[i]);
    }
  });

  test.each([
    ['ddim', {}],
    ['ddpm', {}],
    ['ddim', { from: FROM, mask: MASK, strength: 0.7 }],
  ] as const)(
    'starts from noise that is given, and takes that of later steps from the seeds: %s',
    async (sampler, start) => {
      const model = await load();
      const options = { seed: 5, count: 3, steps: 6, sampler, batch: 2, ...start };
      const { latents, ...own } = await model.sample({ ...options, returnLatents: true });
      expect(latents).toEqual(noiseOf(5, 6, 7));
      expect(own).toEqual(await model.sample(options));
      const images = async (more: SampleOptions) => (await model.sample({ ...options, ...more })).images;
      expect(await images({ latents: latents! })).toEqual(own.images);
      expect(await images({ seed: 50 })).not.toEqual(own.images);
      // Another seed: the same picture where only the start is noise.
      const other = expect(await images({ seed: 50, latents: latents! }));
      if (sampler === 'ddim') other.toEqual(own.images);
      else other.not.toEqual(own.images);
      const turned = latents!.map((value) => -value);
      const opposite = await model.sample({ ...options, latents: turned, returnLatents: true });
      expect(opposite.latents).toEqual(turned);
      expect(opposite.images).not.toEqual(own.images);
    },
  );

  test('a seed names an image, the same whatever the count, the order and the batch, and guided lightly by default', async () => {
    const model = await load({ ...GUIDED, shape: [3, 2, 5] });
    const options = { steps: 3, sampler: 'ddpm', labels: [1], conditions: { age: 20 } } as const;
    const whole = await model.sample({ ...options, count: 7, seed: 10, guidance: DEFAULT_GUIDANCE });
    expect([model.shape, whole.shape, whole.images.length]).toEqual([[3, 2, 5], [3, 2, 5], 210]);
    const picture = (seed: number) => [...whole.images.slice(30 * (seed - 10), 30 * (seed - 9))];
    const seedsOf = fc.uniqueArray(fc.integer({ min: 10, max: 16 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(seedsOf, fc.integer({ min: 1, max: 8 }), async (seeds, batch) => {
        const part = await model.sample({ ...options, seeds, batch });
        expect(part.seeds).toEqual(seeds);
        expect([...part.images]).toEqual(seeds.flatMap(picture));
      }),
      { numRuns: 12 },
    );
    const plain = await model.sample({ ...options, count: 7, seed: 10, guidance: 1 });
    expect(plain.images).not.toEqual(whole.images);
    expect(picture(10)).not.toEqual(picture(11));
  });

  test('tells progress over all batches', async () => {
    const model = await load();
    const told: string[] = [];
    await model.sample({
      count: 3,
      batch: 2,
      steps: 2,
      onStep: ({ done, total, step, steps, first, x, x0 }) =>
        told.push(`${done}/${total} ${step}/${steps} from ${first}: ${x.length} ${x0.length}`),
    });
    expect(told).toEqual([
      '1/4 1/2 from 0: 32 32',
      '2/4 2/2 from 0: 32 32',
      '3/4 1/2 from 2: 16 16',
      '4/4 2/2 from 2: 16 16',
    ]);
  });

  test('stops between steps when the signal says so', async () => {
    const model = await load();
    const controller = new AbortController();
    let steps = 0;
    const onStep = () => {
      if (++steps === 3) controller.abort();
    };
    const sampling = model.sample({ steps: 10, signal: controller.signal, onStep });
    await expect(sampling).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(steps).toBe(3);
  });

  test('refuses a batch of 0', async () => {
    await expect((await load()).sample({ batch: 0 })).rejects.toThrow(
      new InputError('Cannot sample images: batch must be an integer from 1 to 1024, received 0.'),
    );
  });
});

describe('sample on webgpu', async () => {
  const { available, reason, enable } = await inspectDevice('webgpu');
  const lacksWebgpu = available ? undefined : `no webgpu (${reason})${enable ? `: ${enable}` : ''}`;

  test('gives the pictures of the cpu', skipBecause(lacksWebgpu), async () => {
    const folder = await tinyArtefact({ classes: 3 });
    const options: SampleOptions = { count: 3, steps: 3, sampler: 'ddpm' };
    const onCpu = await (await loadModel(folder, { device: 'cpu' })).sample(options);
    const onGpu = await (await loadModel(folder, { device: 'webgpu' })).sample(options);
    expectClose(onGpu.images, onCpu.images, { absolute: 1e-4 });
  });
});
