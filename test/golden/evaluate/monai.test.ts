import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pixelMmdTo } from '#evaluation/measures/pixel-mmd.ts';
import { drawnPicture } from '#test/programs/measure-draws.ts';
import { msSsim } from '#training/autoencoder/ms-ssim.ts';

type PictureOf = [seed: number, noise: number];

interface Case<T> {
  name: string;
  channels: number;
  side: number;
  one: T;
  other: T;
  expected: number;
}

/** Made by scripts/golden/evaluation/monai_measures.py. */
const golden: { mmd: Case<PictureOf[]>[]; similarity: Case<PictureOf>[] } = JSON.parse(
  readFileSync(new URL('../data/evaluate/monai.json', import.meta.url), 'utf8'),
);

describe('as MONAI', () => {
  it.each(golden.mmd)('the MMD of pixels, $name', async ({ channels, side, one, other, expected }) => {
    const [reference, pictures] = [one, other].map((each) => ({
      count: each.length,
      pixels: Uint8Array.from(each.flatMap(([seed, noise]) => [...drawnPicture(seed, channels, side, noise)])),
    }));
    const { value } = await (await pixelMmdTo(reference!))(pictures!);
    expect(value).toBeCloseTo(expected, 6);
  });

  it.each(golden.similarity)('MS-SSIM, $name', ({ channels, side, one, other, expected }) => {
    const [a, b] = [one, other].map(([seed, noise]) => drawnPicture(seed, channels, side, noise));
    expect(Math.abs(msSsim(a!, b!, [channels, side, side], 'together') - expected)).toBeLessThan(2e-5);
  });
});
