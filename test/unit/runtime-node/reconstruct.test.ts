import { describe, expect, it } from 'vitest';
import { compileReconstruction, reconstructInBatches, requireNull } from '#runtime-node/reconstruct.ts';
import { parseSchedulerConfig } from '#scheduler/index.ts';

const scheduler = parseSchedulerConfig({ num_train_timesteps: 100, clip_sample: false });
const network = { shape: [1, 2, 2] as const, classes: 0, conditions: [], scheduler };
const plan = { strength: 0.5, steps: 10, sampler: 'ddim' } as const;
const images = Float32Array.of(0.5, -0.5, 0.25, 0, 1, -1, 0, 0.1);

/** It predicts no noise at all. */
const silent = () => async (x: Float32Array) => new Float32Array(x.length);

describe('reconstructInBatches', () => {
  it('gives back the images by inversion of a network for which the way there is the way back', async () => {
    let calls = 0;
    const options = { ...plan, method: 'inversion', images, seeds: [1, 2], onCall: () => calls++ } as const;
    const made = await reconstructInBatches(options, network, silent);
    made.forEach((value, i) => {
      expect(value).toBeCloseTo(images[i]!, 5);
    });
    expect(calls).toBe(10);
  });

  it('adds the noise of each seed, whatever the images beside it', async () => {
    const run = (some: Float32Array, seeds: number[]) =>
      reconstructInBatches({ ...plan, method: 'noise', images: some, seeds }, network, silent);
    const both = await run(images, [7, 8]);
    expect([...both.subarray(4)]).toEqual([...(await run(images.slice(4), [8]))]);
    expect([...both]).not.toEqual([...(await run(images, [9, 10]))]);
  });

  it('refuses images that are not as many as the seeds', async () => {
    const options = { ...plan, method: 'noise', images, seeds: [1] } as const;
    await expect(reconstructInBatches(options, network, silent)).rejects.toThrow(
      'Cannot reconstruct images: images must be 4 values a seed, received 8.',
    );
  });

  const mask = { classes: ['background', 'bone'] };
  it.each<[object, string | undefined]>([
    [{ classes: 2 }, 'without --label-dropout'],
    [{ classes: 2, nullCondition: true }, undefined],
    [
      { conditionImage: { shape: [2, 2, 2], mask } },
      'the model must know pictures without a mask, received one that was',
    ],
    [{ conditionImage: { shape: [2, 2, 2], mask }, nullCondition: true }, undefined],
    [{ conditionImage: { shape: [1, 2, 2] } }, 'the model must know pictures without a picture to go by, received'],
    [{ maskOutput: mask }, 'the model must draw pictures alone, received one that draws a mask with each.'],
  ])('needs a model that draws pictures unasked: %j', (facts, says) => {
    const check = expect(() => requireNull({ ...network, shape: [3, 2, 2], ...facts }));
    if (says === undefined) check.not.toThrow();
    else check.toThrow(says);
  });
});

describe('compileReconstruction', () => {
  it('takes the share of the steps, twice for inversion', () => {
    expect(compileReconstruction(scheduler, { ...plan, method: 'noise' }).calls).toBe(5);
    expect(compileReconstruction(scheduler, { ...plan, method: 'inversion' }).calls).toBe(10);
    expect(compileReconstruction(scheduler, { ...plan, method: 'noise', strength: 0.01 }).calls).toBe(1);
  });

  it.each([0, 1.1, Number.NaN])('refuses a strength of %d', (strength) => {
    const compile = () => compileReconstruction(scheduler, { ...plan, method: 'noise', strength });
    expect(compile).toThrow('strength must be');
  });
});
