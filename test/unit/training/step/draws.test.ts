/** What a step draws: each a function of seed and step alone, so that a continued run repeats it. Python's own are in test/golden. */
import { describe, expect, it } from 'vitest';
import { conditionInputs, drawDropped, encodeBatch } from '#scheduler/training/conditioning.ts';
import { drawStep } from '#scheduler/training/draw.ts';
import { drawMasks, MASK } from '#scheduler/training/masks.ts';
import { drawTimesteps, type TimestepSampling } from '#scheduler/training/timesteps.ts';
import { expectClose } from '#test/compare.ts';

const AGE = { name: 'age', mean: 100, std: 40, min: 1, max: 228 };
const DROPOUTS = ['a', 'b'].map((name) => ({ name, share: 0.3, shape: [4, 10, 10] as const }));
const labels = Int32Array.from({ length: 4000 }, (_, i) => i % 2);
const offset = { strength: 0.5, channels: 3 };
const logitNormal = (mean: number, std: number): TimestepSampling => ({ kind: 'logit_normal', mean, std });
const labelsOf = (seed: number, step: number, labelDropout = 0.1) =>
  conditionInputs({ classCount: 2, conditions: [] }, { seed, batch: labels.length, labelDropout })({ labels }, step);

const mean = (values: ArrayLike<number>, of = (value: number) => value) =>
  Array.from(values).reduce((sum, value) => sum + of(value), 0) / values.length;

it.each<[string, (seed: number, step: number) => object]>([
  ['noise and timesteps', (seed, step) => drawStep(seed, step, 4, 9, 100)],
  ['offset noise', (seed, step) => drawStep(seed, step, 4, 12, 100, { offset })],
  ['timesteps around the middle', (seed, step) => drawTimesteps(seed, step, 8, 1000, logitNormal(0, 1))],
  ['dropout', (seed, step) => drawMasks(seed, step, 10, DROPOUTS)],
  ['dropped conditions', (seed, step) => labelsOf(seed, step)],
])('%s are a function of seed and step', (_, draw) => {
  const first = draw(1, 2);
  draw(1, 1);
  expect(draw(1, 2)).toEqual(first);
  expect(draw(2, 2)).not.toEqual(first);
  expect(draw(1, 3)).not.toEqual(first);
});

it('timesteps are even, and the noise has mean 0 and variance 1', () => {
  const draws = Array.from({ length: 500 }, (_, step) => drawStep(1, step, 20, 2, 10));
  const counts = new Array(10).fill(0);
  for (const { timesteps } of draws) for (const t of timesteps) counts[t]++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  const noise = draws.flatMap((draw) => [...draw.noise]);
  expect(Math.abs(mean(noise))).toBeLessThan(0.03);
  expect(mean(noise, (z) => z * z)).toBeCloseTo(1, 1);
});

it('the logit of logit-normal timesteps has the mean and deviation asked for, within 0 to T - 1', () => {
  const many = (sampling: TimestepSampling) =>
    Array.from({ length: 400 }, (_, step) => Array.from(drawTimesteps(3, step, 50, 1000, sampling))).flat();
  const logits = many(logitNormal(0.4, 0.8)).map((t) => Math.log((t + 0.5) / (999.5 - t)));
  const found = mean(logits);
  expect(Math.abs(found - 0.4)).toBeLessThan(0.03);
  expect(Math.abs(Math.sqrt(mean(logits, (value) => (value - found) ** 2)) - 0.8)).toBeLessThan(0.03);
  const wide = many(logitNormal(0, 10));
  expect([Math.min(...wide), Math.max(...wide)]).toEqual([0, 999]);
});

it('offset noise adds a number to each channel, of its own deviation, and nothing at 0', () => {
  const [batch, area] = [400, 16];
  const draw = (strength: number) => drawStep(1, 2, batch, 3 * area, 10, { offset: { ...offset, strength } });
  const plain = drawStep(1, 2, batch, 3 * area, 10);
  expect(draw(0)).toEqual(plain);
  const { noise, timesteps } = draw(0.5);
  expect(timesteps).toEqual(plain.timesteps);
  const added = noise.map((value, i) => value - plain.noise[i]!);
  const offsets = added.filter((_, i) => i % area === 0);
  const expected = added.map((_, i) => offsets[Math.floor(i / area)]!);
  expectClose(added, expected, { absolute: 1e-5 });
  const variance = mean(offsets, (value) => value ** 2);
  expect(Math.abs(variance / 0.25 - 1)).toBeLessThan(4 * Math.sqrt(2 / offsets.length));
});

it('dropout drops its share and keeps the mean, differently in each layer', () => {
  const masks = drawMasks(5, 7, 10, DROPOUTS);
  const [a, b] = [masks[`${MASK}a`]!, masks[`${MASK}b`]!];
  const dropped = a.filter((value) => value === 0).length / a.length;
  expect(Math.abs(dropped - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / a.length));
  expect(new Set(a)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
  expect(a).not.toEqual(b);
});

describe('the conditions of a batch', () => {
  it('lose their share to the null class, each place on its own, and none at 0', () => {
    const dropped = labelsOf(1, 3).labels!;
    const count = dropped.filter((label) => label === 2).length;
    // Five standard deviations of the binomial distribution.
    expect(Math.abs(count - 400)).toBeLessThan(5 * Math.sqrt(4000 * 0.1 * 0.9));
    dropped.forEach((label, i) => void expect([labels[i], 2]).toContain(label));
    expect(labelsOf(1, 3, 0).labels).toEqual(labels);
    expect([0, 1, 2].flatMap((step) => drawDropped(1, step, 2, 0.5))).toEqual(drawDropped(1, 0, 6, 0.5));
  });

  it('are normalised values, then flags, and zeros where they are absent, as the class is', () => {
    const specs = [AGE, { name: 'weight', mean: 2, std: 0.5, min: 1, max: 3 }];
    const values = Float64Array.of(100, 3, 180, 2, 20, 1.5);
    expect([...encodeBatch(specs, values, [false, true, false])]).toEqual([0, 2, 1, 1, 0, 0, 0, 0, -2, -1, 1, 1]);
    const told = conditionInputs({ classCount: 5, conditions: [AGE] }, { seed: 3, batch: 8, labelDropout: 0.4 });
    const found = told({ labels: new Int32Array(8), conditions: new Float64Array(8).fill(140) }, 2);
    const dropped = drawDropped(3, 2, 8, 0.4);
    expect(new Set(dropped).size).toBe(2);
    expect([...found.labels!]).toEqual(dropped.map((gone) => (gone ? 5 : 0)));
    expect([...found.conditions!]).toEqual(dropped.flatMap((gone) => (gone ? [0, 0] : [1, 1])));
  });
});
