import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { drawnPicture } from '#test/programs/measure-draws.ts';
import { msSsim } from '#training/autoencoder/ms-ssim.ts';

type PictureOf = [seed: number, noise: number];

interface Case {
  name: string;
  channels: number;
  side: number;
  one: PictureOf;
  other: PictureOf;
  expected: number;
}

/** Made by scripts/golden/measures/monai_measures.py. */
const golden: { similarity: Case[] } = JSON.parse(
  readFileSync(new URL('../data/evaluate/monai.json', import.meta.url), 'utf8'),
);

it.each(golden.similarity)("MS-SSIM is MONAI's, $name", ({ channels, side, one, other, expected }) => {
  const [a, b] = [one, other].map(([seed, noise]) => drawnPicture(seed, channels, side, noise));
  expect(Math.abs(msSsim(a!, b!, [channels, side, side], 'together') - expected)).toBeLessThan(2e-5);
});
