/** Neither a number computed from a picture nor a small model of many tells the game's real digits from the painted. */
import { join } from 'node:path';
import { loadModel } from '@onnoise/runtime-node';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRealDigits } from '#site/build/real-digits.ts';
import { fromBytes, type ImageShape, toBytes } from '#site/state/pixels.ts';
import { type Presentation, present, presentationOf } from '#site/views/game/presentation.ts';
import { STEPS } from '#site/views/game/settings.ts';
import { logisticAccuracy } from '#test/logistic-model.ts';
import { featuresOf, thresholdAccuracy } from '#test/single-features.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const SIDE = 28;
const SIZE = SIDE * SIDE;
const ACROSS = 20;
const EACH = 50;
const COUNT = 500;
const SHAPE: ImageShape = [1, SIDE, SIDE];

let real: Float32Array[];
/** Made by scripts/golden/game.ts. */
let painted: Float32Array[];
let labels: number[];
let presentation: Presentation;

beforeAll(async () => {
  const { info, pixels } = await readRealDigits(EACH);
  const read = (i: number) => pixels.subarray(i * SIZE, (i + 1) * SIZE);
  labels = info.labels;
  presentation = presentationOf(info.count, SHAPE, read);
  real = Array.from({ length: COUNT }, (_, i) => fromBytes(read(i)));
  const file = join(ROOT, 'test', 'golden', 'data', 'game', 'painted.png');
  const sheet = await sharp(file).extractChannel(0).raw().toBuffer();
  painted = Array.from({ length: COUNT }, (_, n) =>
    fromBytes(
      Uint8Array.from({ length: SIZE }, (_, i) => {
        const y = Math.floor(n / ACROSS) * SIDE + Math.floor(i / SIDE);
        return sheet[y * ACROSS * SIDE + (n % ACROSS) * SIDE + (i % SIDE)]!;
      }),
    ),
  );
});

/** How a picture is shown; the two kinds never share a seed. */
type Show = (x: Float32Array, seed: number) => ArrayLike<number>;

const asFile: Show = (x) => toBytes(x);
const shownInGame: Show = (x, seed) => present(x, SHAPE, presentation, seed);

type Features = Record<string, number>;

const measured = new Map<Show, [real: Features[], painted: Features[]]>();

/** The features of all pictures as they are shown, computed once. */
function measure(show: Show): [real: Features[], painted: Features[]] {
  const known = measured.get(show) ?? bothKinds(show, (pixels) => featuresOf(pixels, SIDE));
  measured.set(show, known);
  return known;
}

const bothKinds = <T>(show: Show, see: (pixels: ArrayLike<number>) => T): [T[], T[]] =>
  [real, painted].map((pictures, kind) => pictures.map((x, i) => see(show(x, kind * COUNT + i)))) as [T[], T[]];

/** Rows of numbers of each kind. */
const rowsOf = (show: Show) => measure(show).map((all) => all.map(Object.values<number>)) as [number[][], number[][]];

/** Accuracy by feature of the first pictures of each kind. */
function accuracies(show: Show, count = COUNT): Map<string, number> {
  const kinds = measure(show).map((all) => all.slice(0, count));
  const of = (name: string) => kinds.map((all) => all.map((features) => features[name]!)) as [number[], number[]];
  return new Map(Object.keys(kinds[0]![0]!).map((name) => [name, thresholdAccuracy(...of(name))]));
}

describe('a logistic model', () => {
  it('tells the kinds apart as files and networks give them', () => {
    expect(logisticAccuracy(...rowsOf(asFile))).toBeGreaterThan(0.95);
  });

  it('is right less than 60 % of the time on all those numbers as the game presents the pictures', () => {
    expect(logisticAccuracy(...rowsOf(shownInGame))).toBeLessThan(0.6);
  });

  it('is right less than 60 % of the time on the pixels that the game shows', () => {
    expect(logisticAccuracy(...bothKinds(shownInGame, (pixels) => Array.from(pixels)))).toBeLessThan(0.6);
  });
});

describe('one threshold on one number', () => {
  it('tells the kinds apart as files and networks give them', () => {
    const plain = accuracies(asFile, 200);
    expect(plain.get('levels 1 to 11')).toBeGreaterThan(0.98);
    expect(plain.get('longer side')).toBeGreaterThan(0.6);
  });

  it('is right less than 60 % of the time as the game presents them', () => {
    const told = accuracies(shownInGame);
    expect(told.size).toBeGreaterThan(50);
    expect([...told].filter(([, accuracy]) => accuracy >= 0.6)).toEqual([]);
  });

  it('is measured on what the model paints', async () => {
    const model = await loadModel(join(ROOT, 'models', 'digits'), { device: 'cpu' });
    const seeds = [0, 123, 499];
    const { images } = await model.sample({
      seeds,
      labels: seeds.map((s) => labels[s]!),
      steps: STEPS,
      sampler: 'ddim',
    });
    await model.dispose();
    for (const [i, seed] of seeds.entries()) {
      const off = toBytes(images.slice(i * SIZE, (i + 1) * SIZE)).map((v, p) =>
        Math.abs(v - toBytes(painted[seed]!)[p]!),
      );
      expect(Math.max(...off)).toBeLessThanOrEqual(2);
    }
  });
});
