/** Noise of a picture and of its latents, and how far what comes back is from the picture. */
import { describe, expect, it } from 'vitest';
import { addNoise, gaussian, makeSchedule, parseSchedulerConfig } from '#scheduler/index.ts';
import { noisyAt, psnr, rangeOf } from '#site/views/learn/sampling/latents/noisy.ts';
import { expectClose } from '#test/compare.ts';

const schedule = makeSchedule(parseSchedulerConfig({ beta_schedule: 'squaredcos_cap_v2' }));
const picture = Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i / 9));

describe('noisyAt', () => {
  it('leaves a picture as it is at t = 0', () => {
    expect(noisyAt(schedule, picture, 0, 1)).toBe(picture);
  });

  it('is the jump of the scheduler at the step of that number, with the noise of the seed', () => {
    const noise = new Float32Array(picture.length);
    gaussian(7, 0, noise);
    expect(noisyAt(schedule, picture, 300, 7)).toEqual(addNoise(schedule, picture, noise, [299]));
    expect(noisyAt(schedule, picture, 1000, 7)).toEqual(addNoise(schedule, picture, noise, [999]));
    expect(noisyAt(schedule, picture, 300, 8)).not.toEqual(noisyAt(schedule, picture, 300, 7));
  });

  it('gives latents the first of the numbers that a larger picture gets', () => {
    const nothing = (size: number) => noisyAt(schedule, new Float32Array(size), 500, 3);
    expectClose(nothing(1024), nothing(4096).subarray(0, 1024), { absolute: 0 });
  });
});

describe('psnr', () => {
  const off = (by: number) => picture.map((value) => value * 0.5 + by);

  it('is that of pictures from -1 to 1', () => {
    expect(psnr(off(0), off(0.2))).toBeCloseTo(20, 4); // 2 / 0.2 is 10
    expect(psnr(off(0), off(0.02))).toBeCloseTo(40, 2);
  });

  it('has no end where nothing differs, nor where it differs out of sight', () => {
    expect(psnr(picture, picture)).toBe(Number.POSITIVE_INFINITY);
    expect(psnr(Float32Array.of(1, -1), Float32Array.of(3, -1.5))).toBe(Number.POSITIVE_INFINITY);
  });
});

it('rangeOf is three deviations from 0', () => {
  expect(rangeOf(Float32Array.of(2, -2, 2, -2))).toBe(6);
});
