import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { frechetDistance, momentsOf } from '#evaluation/measures/frechet.ts';
import { drawGroups, meanEstimate } from '#evaluation/measures/intervals.ts';
import { kernelDistanceTo } from '#evaluation/measures/kernel-distance.ts';
import { NEAREST, neighbourMeasuresTo } from '#evaluation/measures/neighbours.ts';
import { drawnFeatures, drawnPicture } from '#test/programs/measure-draws.ts';
import { msSsim } from '#training/autoencoder/ms-ssim.ts';

type FeatureSet = [seed: number, rows: number, scale: number, shift: number];
type PictureOf = [seed: number, noise: number];

interface Case<T> {
  name: string;
  width: number;
  one: FeatureSet;
  other: FeatureSet;
  expected: T;
}

interface Golden {
  frechet: Case<{ scipy: number; pytorch_fid: number }>[];
  kernel: Case<{ clean_fid: number; torch_fidelity: number }>[];
  neighbours: Case<Record<'prdc' | 'torch_fidelity', Record<string, number>>>[];
  similarity: { name: string; channels: number; side: number; one: PictureOf; other: PictureOf; expected: number }[];
}

/** Made by scripts/golden/measures/measures.py. */
const golden: Golden = JSON.parse(readFileSync(new URL('../data/evaluate/measures.json', import.meta.url), 'utf8'));

const sets = ({ width, one, other }: Omit<Case<unknown>, 'expected'>) =>
  [one, other].map(([seed, rows, scale, shift]) => drawnFeatures(seed, rows, width, scale, shift)) as [
    Float32Array,
    Float32Array,
  ];

const expectNear = (value: number, expected: number, relative: number) =>
  expect(Math.abs(value - expected)).toBeLessThan(relative * Math.max(Math.abs(expected), 0.1));

describe('the Frechet distance', () => {
  it.each(golden.frechet)("is scipy's and pytorch-fid's: $name", ({ expected, ...one }) => {
    const [features, reference] = sets(one);
    const distance = frechetDistance(momentsOf(features, one.width), momentsOf(reference, one.width));
    expectNear(distance, expected.scipy, 1e-6);
    expectNear(distance, expected.pytorch_fid, 1e-6);
  });
});

describe('the kernel distance', () => {
  it.each(golden.kernel)("is clean-fid's and torch-fidelity's: $name", async ({ expected, ...one }) => {
    const [features, reference] = sets(one);
    const distance = await kernelDistanceTo(Float64Array.from(reference), one.width);
    const { value } = await distance(Float64Array.from(features));
    expectNear(value, expected.clean_fid, 1e-11);
    expectNear(value, expected.torch_fidelity, 1e-11);
  });
});

describe('precision, recall, density and coverage', () => {
  it.each(golden.neighbours)("are prdc's and torch-fidelity's: $name", async ({ expected, ...one }) => {
    const [features, reference] = sets(one);
    const rows = features.length / one.width;
    const measure = await neighbourMeasuresTo(reference, one.width);
    const found = await measure(features, drawGroups(rows, 1));
    const mean = (values: ArrayLike<number>) => meanEstimate(values).value;
    const precision = mean(found.inside);
    expect(precision).toBeCloseTo(expected.prdc.precision!, 12);
    expect(found.recall).toBeCloseTo(expected.prdc.recall!, 12);
    expect(mean(found.balls) / NEAREST.density).toBeCloseTo(expected.prdc.density!, 12);
    expect(found.coverage).toBeCloseTo(expected.prdc.coverage!, 12);
    expect(precision).toBeCloseTo(expected.torch_fidelity.precision!, 6);
    expect(found.recall).toBeCloseTo(expected.torch_fidelity.recall!, 6);
  });
});

describe('multi-scale structural similarity', () => {
  it.each(golden.similarity)("is pytorch-msssim's: $name", ({ channels, side, one, other, expected }) => {
    const [x, y] = [one, other].map(([seed, noise]) => drawnPicture(seed, channels, side, noise));
    expectNear(msSsim(x!, y!, [channels, side, side]), expected, 1e-11);
  });
});
