/** The pictures of the uses in medicine: what scripts/learn/uses made, and the measurements that it made them agree with. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compileSampler, parseSchedulerConfig } from '@onnoise/scheduler';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { storedOnUse } from '#site/sw/files.ts';
import measured from '#site/views/learn/why/uses/measured.json' with { type: 'json' };
import { USES } from '#site/views/learn/why/uses/uses.tsx';
import { expectClose } from '#test/compare.ts';
import {
  agreeing,
  agreeWith,
  agreeWithScan,
  coarse,
  linesOf,
  otherScan,
  someLines,
} from '../../../../scripts/learn/uses/measurements.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const fileOf = (id: string) => join('learn', 'uses', `${id}.webp`);
const [SIDE, SIZE] = [64, 64 * 64];
const wave = (scale: number) => Float32Array.from({ length: SIZE }, (_, i) => Math.sin(scale * i) * Math.cos(0.03 * i));

test('are one picture for each name, all together at most 60 kB, and no part of a first visit', async () => {
  let total = 0;
  for (const { id, pictures } of USES) {
    const path = join(ROOT, 'site', 'public', fileOf(id));
    const { width, height } = await sharp(path).metadata();
    expect([width, height], id).toEqual([SIDE * pictures.length, SIDE]);
    const { size } = await stat(path);
    total += size;
    expect(storedOnUse({ path: fileOf(id), hash: '', bytes: size })).toBe(true);
  }
  expect(total).toBeLessThan(60_000);
});

test('have more than chance in what the segmenter finds, as the chapter says', () => {
  const { background, ...parts } = measured.dice;
  expect(background).toBeGreaterThan(0.95);
  for (const dice of Object.values(parts)) expect(dice).toBeGreaterThan(0.6);
});

describe('a measurement', () => {
  const lines = linesOf(4, 4);

  test('of lines keeps as many as the chapter says, on both sides alike', () => {
    expect([lines.filter(Boolean).length, SIDE]).toEqual(measured.lines);
    for (let k = 1; k < SIDE; k++) expect(lines[k]).toBe(lines[SIDE - k]);
  });

  test('of lines keeps a wave that it measures, and loses one that it does not', () => {
    const waveOf = (k: number) =>
      Float32Array.from({ length: SIZE }, (_, i) => Math.cos((2 * Math.PI * k * Math.floor(i / SIDE)) / SIDE));
    for (const k of [0, 3, 8, 9, 21]) {
      const expected = lines[k] ? waveOf(k) : new Float32Array(SIZE);
      expectClose(someLines(lines)(waveOf(k)), expected, { absolute: 1e-6 });
    }
  });

  test('of coarse pixels is the mean of each', () => {
    const picture = wave(0.7);
    const out = coarse(4)(picture);
    const square = [0, 1, 2, 3].flatMap((y) => [0, 1, 2, 3].map((x) => picture[(8 + y) * SIDE + 12 + x]!));
    expect(out[9 * SIDE + 13]).toBeCloseTo(square.reduce((sum, value) => sum + value, 0) / 16, 6);
  });

  test('of another kind gives one gray to two, and the nearer of them is taken', () => {
    const [dark, same, white] = otherScan(Float32Array.of(-0.7, 0.9125, 1));
    expect([dark, same, white]).toEqual([0.5, 0.5, 0.6].map((far) => expect.closeTo(-far, 6)));
    const nearest = agreeWithScan(Float32Array.of(dark!, dark!, otherScan(Float32Array.of(-0.9))[0]!));
    expectClose(nearest(Float32Array.of(0, 0.2, 1)), Float32Array.of(-0.7, 0.9125, -0.9), { absolute: 1e-6 });
  });

  test.each([
    ['coarse pixels', coarse(4)],
    ['lines', someLines(lines)],
  ])('of %s tells nothing new twice, and the guess agrees with it', async (_, project) => {
    const [measuredPicture, x, output] = [project(wave(0.31)), wave(1.3), wave(2.1)];
    expectClose(project(measuredPicture), measuredPicture, { absolute: 1e-5 });
    const config = parseSchedulerConfig({
      num_train_timesteps: 1000,
      beta_schedule: 'squaredcos_cap_v2',
      beta_start: 0.0001,
      beta_end: 0.02,
      prediction_type: 'v_prediction',
      clip_sample: true,
    });
    const table = compileSampler(config, { sampler: 'ddpm', steps: 10 });
    const step = 6;
    const denoise = agreeing(async () => output, table, agreeWith(project, measuredPicture));
    const said = await denoise(x, Float32Array.of(0), step);
    const { p, q } = table.rows[step]!;
    const guess = said.map((o, i) => p * x[i]! + q * o);
    expectClose(project(guess), measuredPicture, { absolute: 1e-5 });
  });
});
