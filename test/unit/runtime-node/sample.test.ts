import { DEFAULT_GUIDANCE, SAMPLER_NAMES } from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectDevice, loadModel, type SampleOptions } from '#runtime-node/index.ts';
import { compileSampler, gaussian, InputError, parseSchedulerConfig } from '#scheduler/index.ts';
import { expectClose } from '#test/compare.ts';
import { GUIDED, tinyArtefact, tinyOutput } from '#test/models/tiny-onnx.ts';
import { skipBecause } from '#test/skip.ts';

const load = async (options: Parameters<typeof tinyArtefact>[0] = {}) =>
  loadModel(await tinyArtefact(options), { device: 'cpu' });

describe('sample', () => {
  test("runs the sampler's table over the network", async () => {
    const model = await load({ classes: 3 });
    const { images } = await model.sample({ count: 2, seed: 5, steps: 4, sampler: 'ddim', labels: [2, 0] });
    const { rows } = compileSampler(parseSchedulerConfig({ num_train_timesteps: 100 }), { sampler: 'ddim', steps: 4 });
    const expected = [5, 6].flatMap((seed, n) => {
      const noise = new Float32Array(16);
      gaussian(seed, 0, noise);
      return [...noise].map((start) =>
        rows.reduce((x, { timestep, p, q, A, E, B }) => {
          const o = tinyOutput(x, timestep, [2, 0][n]!);
          return A * x + E * o + B * Math.min(1, Math.max(-1, p * x + q * o));
        }, start),
      );
    });
    expectClose(images, expected, { absolute: 1e-6 });
  });

  test('starts from a picture in every batch, and keeps what the mask keeps', async () => {
    const model = await load();
    const from = Float32Array.from({ length: 3 * 16 }, (_, i) => Math.sin(i));
    const mask = Float32Array.from({ length: 16 }, (_, i) => i % 2);
    const options = { seed: 5, count: 3, steps: 6, sampler: 'dpmpp_2m', strength: 0.7, mask } as const;
    const { images } = await model.sample({ ...options, from, batch: 2 });
    for (let n = 0; n < 3; n++) {
      const one = from.slice(16 * n, 16 * n + 16);
      const single = await model.sample({ ...options, count: 1, seed: 5 + n, from: one });
      expectClose(images.subarray(16 * n, 16 * n + 16), single.images, { absolute: 1e-6 });
      for (let i = 0; i < 16; i += 2) expect(images[16 * n + i]).toBe(one[i]);
    }
  });

  test('starts from noise that is given, in every batch, and takes the noise of later steps from the seeds', async () => {
    const model = await load();
    for (const sampler of ['ddim', 'ddpm'] as const) {
      const options = { seed: 5, count: 3, steps: 6, sampler, batch: 2 };
      const { latents, ...own } = await model.sample({ ...options, returnLatents: true });
      const noise = new Float32Array(3 * 16);
      for (let n = 0; n < 3; n++) gaussian(5 + n, 0, noise.subarray(16 * n, 16 * n + 16));
      expect(latents).toEqual(noise);
      expect(own).toEqual(await model.sample(options));
      expect((await model.sample({ ...options, latents: noise })).images).toEqual(own.images);
      // Another seed: the same picture where only the start is noise.
      const other = await model.sample({ ...options, seed: 50, latents: noise });
      if (sampler === 'ddim') expect(other.images).toEqual(own.images);
      else expect(other.images).not.toEqual(own.images);
      const turned = await model.sample({ ...options, latents: noise.map((value) => -value), returnLatents: true });
      expect(turned.images).not.toEqual(own.images);
      expect(turned.latents).toEqual(noise.map((value) => -value));
    }
  });

  test('mixes a picture to start from with noise that is given', async () => {
    const model = await load();
    const from = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i));
    const mask = Float32Array.from({ length: 16 }, (_, i) => i % 2);
    const options = { seed: 5, steps: 6, sampler: 'ddim', from, mask, strength: 0.7, returnLatents: true } as const;
    const { latents, images } = await model.sample(options);
    expect((await model.sample({ ...options, seed: 9, latents })).images).toEqual(images);
    expect((await model.sample({ ...options, seed: 9 })).images).not.toEqual(images);
  });

  test('goes from one seed to another, both ends theirs', async () => {
    const model = await load();
    const { images, seeds } = await model.sample({ interpolate: [3, 8], count: 3, steps: 4, sampler: 'ddpm' });
    expect(seeds[1]).toEqual({ seed: 3, toward: 8, share: 0.5 });
    const ends = await model.sample({ seeds: [3, 8], steps: 4, sampler: 'ddpm' });
    expectClose([...images.subarray(0, 16), ...images.subarray(32)], ends.images, { absolute: 1e-6 });
    expect(images.subarray(16, 32)).not.toEqual(images.subarray(0, 16));
  });

  test('runs a guided table over the network with and without class and conditions, within the interval', async () => {
    const model = await load(GUIDED);
    const { images } = await model.sample({
      count: 2,
      seed: 5,
      steps: 4,
      sampler: 'ddim',
      labels: ['1', 0],
      conditions: { age: [140, 80] },
      guidance: 2.5,
      guidanceInterval: [25, 50],
    });
    const { rows } = compileSampler(parseSchedulerConfig({ num_train_timesteps: 100 }), { sampler: 'ddim', steps: 4 });
    expect(rows.map(({ timestep }) => timestep)).toEqual([75, 50, 25, 0]);
    const encoded = [
      [1, 1],
      [-0.5, 1],
    ];
    const expected = [5, 6].flatMap((seed, n) => {
      const noise = new Float32Array(16);
      gaussian(seed, 0, noise);
      return [...noise].map((start) =>
        rows.reduce((x, { timestep, p, q, A, E, B }) => {
          const given = tinyOutput(x, timestep, [1, 0][n]!, {}, encoded[n]);
          const without = tinyOutput(x, timestep, 2, {}, [0, 0]);
          const o = timestep >= 25 && timestep <= 50 ? without + 2.5 * (given - without) : given;
          return A * x + E * o + B * Math.min(1, Math.max(-1, p * x + q * o));
        }, start),
      );
    });
    expectClose(images, expected, { absolute: 1e-6 });
  });

  test('a guided image is the same whatever the count and the batch, and guided lightly by default', async () => {
    const model = await load(GUIDED);
    const whole = await model.sample({ count: 5, steps: 3, conditions: { age: [20, 120] } });
    const parts = await model.sample({
      count: 5,
      steps: 3,
      conditions: { age: [20, 120] },
      batch: 2,
      guidance: DEFAULT_GUIDANCE,
    });
    expect(parts.images).toEqual(whole.images);
    const plain = await model.sample({ count: 5, steps: 3, conditions: { age: [20, 120] }, guidance: 1 });
    expect(plain.images).not.toEqual(whole.images);
  });

  test('image i is the same whatever the count and the batch', async () => {
    const model = await load({ classes: 3 });
    const whole = await model.sample({ count: 7, seed: 10, steps: 3, sampler: 'ddpm' });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 8 }), async (count, batch) => {
        const part = await model.sample({ count, seed: 10, steps: 3, sampler: 'ddpm', batch });
        expect(part.images).toEqual(whole.images.slice(0, count * 16));
      }),
      { numRuns: 12 },
    );
  });

  test('seeds name the images: any order gives the same pictures in that order', async () => {
    const model = await load();
    const forward = await model.sample({ seeds: [3, 8], steps: 2 });
    const backward = await model.sample({ seeds: [8, 3], steps: 2 });
    expect(backward.images.slice(0, 16)).toEqual(forward.images.slice(16));
    expect(backward.images.slice(16)).toEqual(forward.images.slice(0, 16));
    expect(forward.images.slice(0, 16)).not.toEqual(forward.images.slice(16));
    expect(backward.seeds).toEqual([8, 3]);
  });

  test('takes all classes of a conditional model in turn by default, and those given in turn', async () => {
    const model = await load({ classes: 3 });
    expect((await model.sample({ count: 5, steps: 1 })).labels).toEqual([0, 1, 2, 0, 1]);
    expect((await model.sample({ count: 5, steps: 1, labels: [2, 1] })).labels).toEqual([2, 1, 2, 1, 2]);
    expect(await (await load()).sample({ count: 1, steps: 1 })).not.toHaveProperty('labels');
  });

  test('handles colour and heights other than widths', async () => {
    const model = await load({ shape: [3, 2, 5] });
    const { images, shape } = await model.sample({ count: 3, steps: 2 });
    expect([model.shape, shape, images.length]).toEqual([[3, 2, 5], [3, 2, 5], 90]);
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
    const sampling = model.sample({
      steps: 10,
      signal: controller.signal,
      onStep: () => {
        steps++;
        if (steps === 3) controller.abort();
      },
    });
    await expect(sampling).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(steps).toBe(3);
  });

  test.each<[string, SampleOptions, string]>([
    ['a count of 0', { count: 0 }, 'count must be an integer from 1 to 1000000, received 0'],
    ['a negative count', { count: -3 }, 'count must be an integer from 1 to 1000000, received -3'],
    ['a count that is no whole number', { count: 1.5 }, 'count must be an integer from 1 to 1000000, received 1.5'],
    ['no steps', { steps: 0 }, 'steps must be an integer from 1 to 100, received 0'],
    ['more steps than timesteps', { steps: 101 }, 'steps must be an integer from 1 to 100, received 101'],
    ['a negative seed', { seed: -1 }, 'seed must be an integer from 0'],
    ['a seed past what a number holds', { seed: 2 ** 53 - 1, count: 2 }, 'seed must be an integer from 0'],
    ['seed and seeds', { seed: 1, seeds: [1] }, 'seed must be left out where seeds are given, received 1'],
    ['no seeds', { seeds: [] }, 'seeds must be at least one seed, received []'],
    ['another number of seeds than count', { seeds: [1, 2], count: 3 }, 'seeds must be as many as count, 3'],
    ['a seed that is no whole number', { seeds: [0.5] }, 'a seed must be an integer from 0'],
    ['a label out of range', { labels: [3] }, 'a label must be a class, a number from 0 to 2, received 3'],
    ['a negative label', { labels: [-1] }, 'a label must be a class, a number from 0 to 2, received -1'],
    ['no labels', { labels: [] }, 'labels must be at least one class, received []'],
    [
      'more labels than images',
      { labels: [0, 1], count: 1 },
      'labels must be at most as many as images, received 2 for 1',
    ],
    ['a batch of 0', { batch: 0 }, 'batch must be an integer from 1 to 1024, received 0'],
    ['eta out of range', { eta: 2 }, 'eta must be a number from 0 to 1, received 2'],
    [
      'an unknown sampler',
      { sampler: 'nonesuch' as 'ddim' },
      `sampler must be one of ${SAMPLER_NAMES.join(', ')}, received "nonesuch"`,
    ],
  ])('refuses %s', async (_, options, message) => {
    const model = await load({ classes: 3 });
    const sampling = model.sample(options);
    await expect(sampling).rejects.toThrow(message);
    await expect(sampling).rejects.toBeInstanceOf(InputError);
  });

  test('refuses labels for an unconditional model', async () => {
    await expect((await load()).sample({ labels: [0] })).rejects.toThrow(
      'labels must be left out, this model is not conditional on a class',
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
