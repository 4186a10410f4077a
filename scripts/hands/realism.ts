/**
 * How well phantoms and radiographs are told apart, and by what: tables in Markdown. It keeps nothing of the images.
 *
 *     npx tsx scripts/hands/realism.ts <phantoms> <radiographs> [<folder of other images, a folder each kind>]
 *
 * - A classifier trains on half of either kind and tells the other half apart, both ways; then the same with one thing taken
 *   away, or with one thing alone. It is that of `pipeline evaluate`, which bears noise and small shifts. 50 % is a coin.
 * - Single numbers: how often the best threshold on one half of either kind is right about the other.
 * - With other images (such as chests and heads) the Frechet distance, in features of a classifier that has seen neither
 *   kind: it tells those kinds and their quarter turns. Beside it that of radiographs from other radiographs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFeatures } from '../../evaluation/src/features/extract.ts';
import { classifierGraph } from '../../evaluation/src/features/onnx.ts';
import { extractorOf } from '../../evaluation/src/features/open.ts';
import { sourceOfImages } from '../../evaluation/src/features/source.ts';
import { trainClassifier } from '../../evaluation/src/features/train.ts';
import { frechetDistance, momentsOf } from '../../evaluation/src/measures/frechet.ts';
import { placesOf, readImages } from '../../evaluation/src/measures/images.ts';
import type { Features, ImageSet } from '../../evaluation/src/sets/types.ts';
import { prepareImages } from '../../pipeline/src/index.ts';
import type { Plane } from '../../site/views/game/measures/ink.ts';
import { thresholdAccuracy } from '../../test/support/single-features.ts';
import { encodeModel } from '../../tracer/src/index.ts';
import { NUMBERS } from './numbers.ts';
import { viewsOf } from './views.ts';

const SIDE = 64;
const SIZE = SIDE * SIDE;
/** Pictures of a kind. */
const COUNT = 1000;
const LENGTH = { batch: 64, epochs: 10, least: 100, most: 160 };
const FEATURES = { batch: 64, epochs: 2, least: 100, most: 320 };
const TURNS = 4;

const [phantomFolder, realFolder, otherFolder] = process.argv.slice(2);
if (phantomFolder === undefined || realFolder === undefined) {
  throw new Error('Usage: npx tsx scripts/hands/realism.ts <phantoms> <radiographs> [<other images>]');
}

/** As `pipeline prepare --size 64` has them, in an order of the seed; gone when they are read. */
async function read(data: string, most: number): Promise<ImageSet> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'realism-'));
  try {
    const dataset = await prepareImages({ data, size: SIDE, validationShare: 0, cacheDir });
    if (dataset.channels !== 1) throw new Error(`${data} must have gray images.`);
    const images = await readImages(dataset, placesOf(dataset.count, most, 0));
    await dataset.close();
    return images;
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
}

const planesOf = ({ count, pixels }: ImageSet): Plane[] =>
  Array.from({ length: count }, (_, i) => {
    return { width: SIDE, height: SIDE, ink: Float64Array.from(pixels.subarray(i * SIZE, (i + 1) * SIZE)) };
  });

function setOf(pictures: readonly ArrayLike<number>[], labels: readonly number[]): ImageSet {
  const pixels = new Uint8ClampedArray(pictures.length * SIZE); // it rounds
  for (const [i, picture] of pictures.entries()) pixels.set(picture, i * SIZE);
  return {
    shape: [1, SIDE, SIDE],
    count: pictures.length,
    pixels: new Uint8Array(pixels.buffer),
    labels: Int32Array.from(labels),
  };
}

/** What a classifier that trained on `train` makes of other sets. */
async function seen(train: ImageSet, classes: number, length: typeof LENGTH, others: ImageSet[]): Promise<Features[]> {
  const weights = await trainClassifier(sourceOfImages(train), classes, { seed: 0, length });
  const graph = classifierGraph(train.shape, classes, weights);
  const extractor = await extractorOf(encodeModel(graph), 'classifier', train.shape);
  const features: Features[] = [];
  for (const images of others) features.push(await extractFeatures(extractor, train.shape, images));
  await extractor.session.release();
  return features;
}

/** Share that is told right of pictures that the classifier did not train on. */
async function toldApart(kinds: readonly (readonly ArrayLike<number>[])[]): Promise<number> {
  const halves = [0, 1].map((half) => {
    const labelled = kinds.flatMap((kind, label) =>
      kind.filter((_, i) => i % 2 === half).map((picture) => ({ picture, label })),
    );
    return setOf(
      labelled.map(({ picture }) => picture),
      labelled.map(({ label }) => label),
    );
  }) as [ImageSet, ImageSet];
  let right = 0;
  for (const [train, test] of [halves, halves.toReversed() as [ImageSet, ImageSet]]) {
    const [{ classes }] = (await seen(train, kinds.length, LENGTH, [test])) as [Features];
    right += test.labels!.filter((label, i) => label === classes![i]).length;
  }
  return right / (halves[0].count + halves[1].count);
}

/** Images of several kinds, each in four turns: a class of its own each. */
function turned(images: ImageSet): ImageSet {
  const pictures = planesOf(images).map(({ ink }, i) => {
    const at = [
      (x: number, y: number) => y * SIDE + x,
      (x: number, y: number) => x * SIDE + SIDE - 1 - y,
      (x: number, y: number) => SIZE - 1 - (y * SIDE + x),
      (x: number, y: number) => (SIDE - 1 - x) * SIDE + y,
    ][i % TURNS]!;
    return ink.map((_, p) => ink[at(p % SIDE, Math.floor(p / SIDE))]!);
  });
  return setOf(
    pictures,
    Array.from(images.labels!, (label, i) => TURNS * label + (i % TURNS)),
  );
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const say = (...cells: (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);

const phantoms = await read(phantomFolder, COUNT);
const reals = await read(realFolder, 2 * phantoms.count);
const [drawn, real] = [planesOf(phantoms), planesOf(reals)];
const count = Math.min(drawn.length, Math.floor(real.length / 2));
const kinds = [drawn.slice(0, count), real.slice(0, count)] as const;
const more = real.slice(count, 2 * count);
console.log(`${count} phantoms, ${count} radiographs, and ${count} more to compare those with\n`);

say('one number', 'told apart', 'median of phantoms', 'of radiographs');
say('---', '---:', '---:', '---:');
const rows = Object.entries(NUMBERS).map(([name, of]) => {
  const [a, b] = kinds.map((planes) => planes.map(of)) as [number[], number[]];
  return { name, accuracy: thresholdAccuracy(a, b), medians: [a, b].map(median) };
});
for (const { name, accuracy, medians } of rows.toSorted((a, b) => b.accuracy - a.accuracy)) {
  say(name, percent(accuracy), ...medians.map((value) => Number(value.toPrecision(3))));
}

if (otherFolder !== undefined) {
  const others = turned(await read(otherFolder, 10_000));
  const classes = Math.max(...others.labels!) + 1;
  const sets = [kinds[0], kinds[1], more].map((planes) =>
    setOf(
      planes.map(({ ink }) => ink),
      planes.map(() => 0),
    ),
  );
  const [a, b, c] = (await seen(others, classes, FEATURES, sets)).map(({ values, width }) => momentsOf(values, width));
  console.log(
    `\nFrechet distance from radiographs: phantoms ${frechetDistance(a!, b!).toFixed(2)}, other radiographs ${frechetDistance(c!, b!).toFixed(2)}`,
  );
}

console.log();
say('a classifier sees', 'told apart');
say('---', '---:');
const as = (view: (plane: Plane) => ArrayLike<number>, sets: readonly (readonly Plane[])[]) =>
  toldApart(sets.map((planes) => planes.map(view)));
for (const [name, view] of Object.entries(viewsOf(kinds.flat()))) say(name, percent(await as(view, kinds)));
say('radiographs, and other radiographs', percent(await as(({ ink }) => ink, [kinds[1], more])));
