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

  it('refuses images that are not as many as the seeds, and a model that needs a condition', async () => {
    const options = { ...plan, method: 'noise', images, seeds: [1] } as const;
    await expect(reconstructInBatches(options, network, silent)).rejects.toThrow(
      'Cannot reconstruct images: images must be 4 values a seed, received 8.',
    );
    expect(() => requireNull({ ...network, classes: 2 })).toThrow('without --label-dropout');
    expect(() => requireNull({ ...network, classes: 2, nullCondition: true })).not.toThrow();
  });

  it('refuses a model that needs a mask or a picture, and one that draws masks', () => {
    const mask = { classes: ['background', 'bone'] };
    const told = { ...network, conditionImage: { shape: [2, 2, 2] as const, mask } };
    expect(() => requireNull(told)).toThrow(
      'Cannot reconstruct images: the model must know pictures without a mask, received one that was trained without --label-dropout.',
    );
    expect(() => requireNull({ ...network, conditionImage: { shape: [1, 2, 2] } })).toThrow(
      'the model must know pictures without a picture to go by, received',
    );
    expect(() => requireNull({ ...told, nullCondition: true })).not.toThrow();
    expect(() => requireNull({ ...network, shape: [3, 2, 2], maskOutput: mask })).toThrow(
      'Cannot reconstruct images: the model must draw pictures alone, received one that draws a mask with each.',
    );
  });
});

describe('compileReconstruction', () => {
  it('takes the share of the steps, twice for inversion', () => {
    expect(compileReconstruction(scheduler, { ...plan, method: 'noise' }).calls).toBe(5);
    expect(compileReconstruction(scheduler, { ...plan, method: 'inversion' }).calls).toBe(10);
    expect(compileReconstruction(scheduler, { ...plan, method: 'noise', strength: 0.01 }).calls).toBe(1);
  });

  it('refuses a strength outside of what there is', () => {
    for (const strength of [0, 1.1, Number.NaN]) {
      expect(() => compileReconstruction(scheduler, { ...plan, method: 'noise', strength })).toThrow(
        'strength must be',
      );
    }
  });
});
