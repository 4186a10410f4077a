import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { gaussian } from '#scheduler/index.ts';
import { toBytes } from '#scheduler/model/index.ts';
import { type Cell, placeOf, RECORDING } from '#site/views/learn/learning/recorded/recording.ts';
import { expectClose } from '#test/compare.ts';

const PUBLIC = join(import.meta.dirname, '..', '..', '..', '..', 'site', 'public');
const { digits, shape, timesteps, trained } = RECORDING;
const [, height, width] = shape;
/** Half of the distance between two of 32 shades, and a byte of rounding. */
const SHADE = 255 / 31 + 1;

const gray = (file: string) =>
  sharp(join(PUBLIC, file)).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });

async function openSheet() {
  const { data, info } = await gray(join('learn', 'recorded-training.png'));
  const pixels = (cell: Cell) => {
    const { left, top } = placeOf(cell);
    return Uint8Array.from(
      { length: height * width },
      (_, i) => data[((top + Math.floor(i / width)) * info.width + left + (i % width)) * info.channels]!,
    );
  };
  return { info, pixels };
}

test('the sheet has a cell for every digit, amount of training and timestep', async () => {
  const { info } = await openSheet();
  expect(info.width).toBe(2 * timesteps.length * width);
  expect(info.height).toBe(trained.length * digits.length * height);
  const last = { digit: digits.length - 1, row: trained.length - 1, column: timesteps.length - 1 };
  const { left, top } = placeOf({ ...last, what: 'x0' });
  expect([left + width, top + height]).toEqual([info.width, info.height]);
});

test('every row starts from the noise of its digit', async () => {
  const { pixels } = await openSheet();
  for (const [digit, seed] of digits.entries()) {
    const noise = new Float32Array(height * width);
    gaussian(seed, 0, noise);
    for (const row of trained.keys()) {
      expectClose(pixels({ digit, row, column: 0, what: 'x' }), toBytes(noise), { absolute: SHADE });
    }
  }
});

test('after all of its training the network draws what it was asked for, and not before the first step', async () => {
  const real = await realDigits();
  const { pixels } = await openSheet();
  const end = (digit: number, row: number) => pixels({ digit, row, column: timesteps.length - 1, what: 'x0' });
  const named = (row: number) => [...digits.keys()].map((digit) => nearest(end(digit, row), real));
  expect(named(trained.length - 1)).toEqual(digits);
  expect(named(0)).not.toEqual(digits);
});

/** The page's pictures to train on, 200 of each digit, one after the other, on a sheet with 50 in a row. */
async function realDigits(): Promise<Uint8Array[]> {
  const { data, info } = await gray(join('training', 'digits.png'));
  return Array.from({ length: 2000 }, (_, n) => {
    const [left, top] = [(n % 50) * width, Math.floor(n / 50) * height];
    return Uint8Array.from(
      { length: height * width },
      (_, i) => data[((top + Math.floor(i / width)) * info.width + left + (i % width)) * info.channels]!,
    );
  });
}

/** The digit of the nearest real picture. */
function nearest(picture: Uint8Array, real: readonly Uint8Array[]): number {
  const distances = real.map((one) => one.reduce((sum, value, i) => sum + (value - picture[i]!) ** 2, 0));
  return Math.floor(distances.indexOf(Math.min(...distances)) / 200);
}
