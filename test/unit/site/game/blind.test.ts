/**
 * Neither a number computed from a picture nor a small model of many tells the game's real pictures from the painted ones.
 *
 * @module-tag long
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '@onnoise/runtime-node';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRealDigits } from '#site/build/assets.ts';
import { fromBytes, type ImageShape, toBytes } from '#site/state/picture.ts';
import { STEPS } from '#site/views/game/rules/plan.ts';
import { type Presentation, present, presentationOf } from '#site/views/game/rules/presentation.ts';
import { logisticAccuracy } from '#test/models/logistic-model.ts';
import { featuresOf, thresholdAccuracy } from '#test/single-features.ts';
import { preparedPhantoms } from '../../../../scripts/web/prepared-phantoms.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const ACROSS = 20;
const COUNT = 500;
const PATIENCE = 180_000;

interface Reals {
  pixels: Uint8Array;
  labels: readonly number[];
  conditions?: Record<string, readonly number[]>;
}

interface Subject {
  model: string;
  terms: 'real' | 'phantom';
  side: number;
  /** Made by scripts/golden/game.ts. */
  painted: string;
  reals: () => Promise<Reals>;
  /** A number that tells the kinds apart as files and networks give them, how well at least, and how well all of them do. */
  telling: readonly [name: string, accuracy: number, all: number];
}

const SUBJECTS: Subject[] = [
  {
    model: 'digits',
    terms: 'real',
    side: 28,
    painted: 'painted.png',
    reals: async () => {
      const { info, pixels } = await readRealDigits(COUNT / 10);
      return { pixels, labels: info.labels };
    },
    telling: ['levels 1 to 11', 0.98, 0.95],
  },
  {
    model: 'hands',
    terms: 'phantom',
    side: 64,
    painted: 'painted-hands.png',
    reals: () => preparedPhantoms(COUNT),
    telling: ['levels 255 to 255', 0.9, 0.95],
  },
];

const fileOf = ({ painted }: Subject) => join(ROOT, 'test', 'golden', 'data', 'game', painted);
const isThere = (subject: Subject) =>
  existsSync(fileOf(subject)) && existsSync(join(ROOT, 'models', subject.model, 'unet', 'model.onnx'));

describe.each(SUBJECTS.filter(isThere))('$model', (subject) => {
  const { side } = subject;
  const size = side * side;
  const shape: ImageShape = [1, side, side];
  let reals: Reals;
  let real: Float32Array[];
  let painted: Float32Array[];
  let presentation: Presentation;

  beforeAll(async () => {
    reals = await subject.reals();
    const read = (i: number) => reals.pixels.subarray(i * size, (i + 1) * size);
    presentation = presentationOf(COUNT, shape, read, subject.terms);
    real = Array.from({ length: COUNT }, (_, i) => fromBytes(read(i)));
    const sheet = await sharp(fileOf(subject)).extractChannel(0).raw().toBuffer();
    painted = Array.from({ length: COUNT }, (_, n) =>
      fromBytes(
        Uint8Array.from({ length: size }, (_, i) => {
          const y = Math.floor(n / ACROSS) * side + Math.floor(i / side);
          return sheet[y * ACROSS * side + (n % ACROSS) * side + (i % side)]!;
        }),
      ),
    );
  }, PATIENCE);

  type Show = (x: Float32Array, seed: number) => ArrayLike<number>;

  /** Share told apart: by the best threshold on one number of a picture, by a logistic model of all its numbers, and of its pixels. */
  function toldApart(show: Show) {
    const shown = [real, painted].map((kind, k) => kind.map((x, i) => show(x, k * COUNT + i))); // the two never share a seed
    const numbers = shown.map((kind) => kind.map((pixels) => featuresOf(pixels, side)));
    const modelOf = ([found, made]: number[][][]) => logisticAccuracy(found!, made!);
    const byNumber = Object.keys(numbers[0]![0]!).map((name) => {
      const [found, made] = numbers.map((kind) => kind.map((features) => features[name]!));
      return [name, thresholdAccuracy(found!, made!)] as const;
    });
    return {
      byNumber: Object.fromEntries(byNumber),
      byAll: modelOf(numbers.map((kind) => kind.map(Object.values))),
      byPixels: modelOf(shown.map((kind) => kind.map(pixelsOf))),
    };
  }

  /** At most 32 pixels a side: more than there are pictures would only be learned by heart. */
  function pixelsOf(pixels: ArrayLike<number>): number[] {
    const step = Math.ceil(side / 32);
    const across = side / step;
    return Array.from({ length: across * across }, (_, i) => {
      const [x, y] = [(i % across) * step, Math.floor(i / across) * step];
      let sum = 0;
      for (let v = y; v < y + step; v++) for (let u = x; u < x + step; u++) sum += pixels[v * side + u]!;
      return sum / step ** 2;
    });
  }

  it(
    'is told apart as files and networks give it, by one number and by a logistic model of many',
    () => {
      const [name, least, many] = subject.telling;
      const { byNumber, byAll } = toldApart((x) => toBytes(x));
      expect(byNumber[name]).toBeGreaterThan(least);
      expect(byAll).toBeGreaterThan(many);
    },
    PATIENCE,
  );

  it(
    'is told apart less than 60 % of the time as the game shows it, by one number, by all and by the pixels',
    () => {
      const { byNumber, ...models } = toldApart((x, seed) => present(x, shape, presentation, seed));
      const all = Object.entries({ ...byNumber, ...models });
      expect(all.length).toBeGreaterThan(35);
      expect(all.filter(([, accuracy]) => !(accuracy < 0.6))).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'is measured on what the model paints',
    async () => {
      const model = await loadModel(join(ROOT, 'models', subject.model), { device: 'cpu' });
      const seeds = [0, 123, 499];
      const within = ({ min, max }: { min: number; max: number }, value: number) => Math.min(max, Math.max(min, value));
      const asked = model.conditions.map((spec) => [
        spec.name,
        seeds.map((seed) => within(spec, reals.conditions![spec.name]![seed]!)),
      ]);
      const { images } = await model.sample({
        seeds,
        labels: seeds.map((s) => reals.labels[s]!),
        conditions: Object.fromEntries(asked),
        steps: STEPS,
        sampler: 'ddim',
      });
      await model.dispose();
      for (const [i, seed] of seeds.entries()) {
        const off = toBytes(images.slice(i * size, (i + 1) * size)).map((v, p) =>
          Math.abs(v - toBytes(painted[seed]!)[p]!),
        );
        expect(Math.max(...off)).toBeLessThanOrEqual(2);
      }
    },
    PATIENCE,
  );
});
