/**
 * Makes the pictures of what medicine uses diffusion for, for the chapter on why: phantoms that the model has not seen, and
 * what the shipped model of hands makes of them. No other network is trained. Look at the result.
 *
 *     npx tsx scripts/learn/uses/main.ts
 *     npx tsx scripts/learn/uses/main.ts translation  # the others stay
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel } from '#runtime-node/index.ts';
import { readModelFolder } from '#runtime-node/model-folder.ts';
import { openModel } from '#runtime-node/open-model.ts';
import { createDenoiser } from '#runtime-node/session.ts';
import { compileSampler, sampleImages } from '#scheduler/index.ts';
import { conditionRows, extraInputs } from '#scheduler/model/index.ts';
import {
  type Agree,
  agreeing,
  agreeWith,
  agreeWithScan,
  coarse,
  linesOf,
  otherScan,
  type Projection,
  someLines,
} from './measurements.ts';
import { drawPhantoms, pictureOf, SIDE, SIZE } from './phantoms.ts';
import { learnSegmenter } from './segmenter.ts';
import { OUT, PARTS, partOf, type Tile, writeStrip } from './strips.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MODEL = join(ROOT, 'models', 'hands');
const FACTS = join(ROOT, 'site', 'views', 'learn', 'why', 'uses', 'measured.json');

/** Phantoms of another seed than those of training. The segmenter learns from the first healthy ones, and is judged on others. */
const SEED = 202;
const [COUNT, LEARNT, JUDGED] = [72, 24, 24];
/** Months, in the picture of synthesis; all from one noise. */
const AGES = [24, 84, 144, 204];
const NOISE = 7;
/** Which of the abnormal phantoms is shown. */
const ILL = 5;
/** Of ancestral sampling, where a measurement is agreed with, and the noises that it starts from. */
const [STEPS, SEEDS] = [100, [1, 2]] as const;
/** Pixels of the fine picture along a coarse one; lines of Fourier space. */
const FACTOR = 4;
const LINES = linesOf(4, 4);

const phantoms = await drawPhantoms(COUNT, SEED);
const healthy = [...phantoms.abnormal.keys()].filter((i) => !phantoms.abnormal[i]);
const ill = [...phantoms.abnormal.keys()].filter((i) => phantoms.abnormal[i]);
const shown = healthy[LEARNT]!;
const folder = await readModelFolder(MODEL);
const model = await loadModel(MODEL, { device: 'cpu' });
const { session } = await openModel(folder, 'cpu');
const tile = (picture: Float32Array): Tile => ({ picture });
const split = (pictures: Float32Array) =>
  Array.from({ length: pictures.length / SIZE }, (_, i) => pictures.slice(i * SIZE, (i + 1) * SIZE));

/** One hand as it grows. */
async function synthesis(): Promise<Tile[]> {
  const seeds = AGES.map(() => NOISE);
  const { images } = await model.sample({ seeds, labels: [0], conditions: { boneage: AGES }, steps: 40 });
  return split(images).map(tile);
}

/** A little noise, and drawn again, four times; what differs is what the model does not know. */
async function anomaly(): Promise<Tile[]> {
  const picture = pictureOf(phantoms, ill[ILL]!);
  const again = new Float32Array(SIZE);
  for (const seed of [1, 2, 3, 4]) {
    const made = await model.reconstruct({
      method: 'noise',
      strength: 0.05,
      steps: 100,
      sampler: 'dpmpp_2m_sde',
      images: picture,
      seeds: [seed],
    });
    for (let i = 0; i < SIZE; i++) again[i]! += made[i]! / 4;
  }
  const difference = picture.map((value, i) => Math.abs(value - again[i]!));
  const most = Math.max(...difference);
  return [picture, again, difference.map((value) => (2 * value) / most - 1)].map(tile);
}

/** Dice of each part over the judged phantoms, and one of them. */
async function segmentation(): Promise<{ tiles: Tile[]; dice: Record<string, number> }> {
  const masks = phantoms.masks.map(partOf);
  const taught = healthy.slice(0, LEARNT);
  const segmenter = await learnSegmenter(folder.onnx, folder, { phantoms, masks, classes: PARTS.length }, taught);
  const judged = [...Array(COUNT).keys()].filter((i) => !taught.includes(i)).slice(0, JUDGED);
  const truthOf = (i: number) => masks.slice(i * SIZE, (i + 1) * SIZE);
  const both = new Float64Array(PARTS.length);
  const either = new Float64Array(PARTS.length);
  for (const i of judged) {
    const [found, truth] = [await segmenter.segment(pictureOf(phantoms, i)), truthOf(i)];
    for (let at = 0; at < SIZE; at++) {
      if (found[at] === truth[at]) both[truth[at]!]! += 2;
      either[found[at]!]!++;
      either[truth[at]!]!++;
    }
  }
  const picture = pictureOf(phantoms, shown);
  return {
    tiles: [tile(picture), { mask: await segmenter.segment(picture) }, { mask: truthOf(shown) }],
    dice: Object.fromEntries(PARTS.map(({ name }, k) => [name, Number((both[k]! / either[k]!).toFixed(2))])),
  };
}

/** What was measured, two pictures that agree with it, and the true one. */
async function restored(measure: Projection, agreeTo: (measured: Float32Array) => Agree): Promise<Tile[]> {
  const picture = pictureOf(phantoms, shown);
  const measured = measure(picture);
  const table = compileSampler(folder.scheduler, { sampler: 'ddpm', steps: STEPS });
  const denoise = createDenoiser(session, folder, conditionRows(extraInputs(folder), {}, SEEDS.length));
  const made = await sampleImages({
    table,
    shape: folder.shape,
    seeds: SEEDS,
    denoise: agreeing(denoise, table, agreeTo(measured)),
  });
  return [measured, ...split(made), picture].map(tile);
}

const projected = (project: Projection) => restored(project, (measured) => agreeWith(project, measured));
let dice: Record<string, number> | undefined;
const strips: Record<string, () => Promise<Tile[]>> = {
  synthesis,
  anomaly,
  segmentation: async () => {
    const made = await segmentation();
    dice = made.dice;
    return made.tiles;
  },
  resolution: () => projected(coarse(FACTOR)),
  translation: () => restored(otherScan, agreeWithScan),
  reconstruction: () => projected(someLines(LINES)),
};
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(strips, name));
if (unknown !== undefined) {
  throw new Error(`Cannot draw: a picture must be one of ${Object.keys(strips).join(', ')}, received ${unknown}.`);
}
await mkdir(OUT, { recursive: true });
for (const name of wanted.length > 0 ? wanted : Object.keys(strips)) {
  console.log(`${name}.webp: ${await writeStrip(name, await strips[name]!())} bytes`);
}
const known: { dice?: object } = await readFile(FACTS, 'utf8').then(JSON.parse, () => ({}));
const facts = {
  command: 'npx tsx scripts/learn/uses/main.ts',
  ages: AGES,
  learnt: LEARNT,
  judged: JUDGED,
  dice: dice ?? known.dice,
  factor: FACTOR,
  lines: [LINES.filter(Boolean).length, SIDE],
  steps: STEPS,
};
await mkdir(join(FACTS, '..'), { recursive: true });
await writeFile(FACTS, `${JSON.stringify(facts, null, 2)}\n`);
await session.release();
await model.dispose();
