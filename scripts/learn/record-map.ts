/**
 * Records what the overview of the lecture shows: real digits with what the shipped network guesses of them once they are
 * noisy, and what it guesses step by step on the way from noise to a new digit. One row of pictures: the real digits, the
 * guess of each, then the guesses of the way. The page makes all noisy pictures of these again.
 *
 *     npx tsx scripts/learn/record-map.ts
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { createSession, Tensor } from '../../runtime-node/src/onnxruntime.ts';
import { compileSampler, levelOf, makeSchedule, sampleImages } from '../../scheduler/src/index.ts';
import {
  conditionRows,
  extraInputs,
  inputTensors,
  MODEL_FILES,
  readArtefact,
  toBytes,
} from '../../scheduler/src/model/index.ts';
import { readRealDigits } from '../../site/build/real-digits.ts';
import { fromBytes } from '../../site/state/pixels.ts';
import { formsOf } from '../../site/views/learn/forms.ts';
import { noiseOf, noisy } from '../../site/views/learn/map/journey.ts';
import type { Facts } from '../../site/views/learn/map/recording.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MODEL = join(ROOT, 'models', 'digits');
const SITE = join(ROOT, 'site');
const PICTURE = join(SITE, 'public', 'learn', 'map', 'digits.png');
const FACTS = join(SITE, 'views', 'learn', 'map', 'facts.json');

/** The real digits and how noisy each gets; the noise is that of the seed of its place. */
const TRAINED = [
  { label: 2, timestep: 350 },
  { label: 7, timestep: 550 },
  { label: 4, timestep: 200 },
  { label: 8, timestep: 450 },
];
/** The new one. */
const DRAWN = { label: 5, seed: 3, steps: 10 };

const read = async (path: string) => new Uint8Array(await readFile(join(MODEL, path)));
const artefact = await readArtefact(read);
const { shape, scheduler } = artefact;
const extra = extraInputs(artefact);
const session = await createSession(join(MODEL, MODEL_FILES.network));

/** @param label none: the network is not told */
async function ask(x: Float32Array, timestep: number, label?: number): Promise<Float32Array> {
  const rows = conditionRows(extra, label === undefined ? {} : { labels: [label] }, 1);
  const told = inputTensors(extra, rows).map(({ name, type, values, dims }) => [name, new Tensor(type, values, dims)]);
  const { out_sample } = await session.run({
    sample: new Tensor('float32', Float32Array.from(x), [1, ...shape]),
    timestep: new Tensor('float32', Float32Array.of(timestep), [1]),
    ...Object.fromEntries(told),
  });
  return Float32Array.from(out_sample!.data as Float32Array);
}

const { info, pixels } = await readRealDigits();
const size = info.width * info.height;
const schedule = makeSchedule(scheduler);
const real: Uint8Array[] = [];
const guessed: Uint8Array[] = [];
const way: Uint8Array[] = [];
const trained: Facts['trained'] = [];
for (const [seed, { label, timestep }] of TRAINED.entries()) {
  const at = info.labels.indexOf(label);
  const bytes = pixels.slice(at * size, (at + 1) * size);
  const level = levelOf(schedule, timestep);
  const x = noisy(fromBytes(bytes), noiseOf(seed, size), level);
  real.push(bytes);
  const { sample } = formsOf(scheduler.prediction_type, level, x, await ask(x, timestep));
  guessed.push(Uint8Array.from(toBytes(sample)));
  trained.push({ label, seed, timestep, signal: level.signal, noise: level.noise });
}

const table = compileSampler(scheduler, { sampler: 'ddim', steps: DRAWN.steps });
await sampleImages({
  table,
  shape,
  seeds: [DRAWN.seed],
  denoise: (x, [timestep]) => ask(x, timestep!, DRAWN.label),
  onStep: ({ x0 }) => way.push(Uint8Array.from(toBytes(x0))),
});
const levels = table.rows.map(({ timestep, signal, noise }) => ({ timestep, signal, noise }));
const facts: Facts = { side: info.width, trained, drawn: { label: DRAWN.label, seed: DRAWN.seed, levels } };

const tiles = [...real, ...guessed, ...way];
const across = tiles.length * info.width;
const row = Buffer.alloc(across * info.height);
for (const [i, tile] of tiles.entries()) {
  for (let y = 0; y < info.height; y++) {
    row.set(tile.subarray(y * info.width, (y + 1) * info.width), y * across + i * info.width);
  }
}
await mkdir(dirname(PICTURE), { recursive: true });
const raw = { width: across, height: info.height, channels: 1 } as const;
const { size: bytes } = await sharp(row, { raw }).png({ compressionLevel: 9, effort: 10 }).toFile(PICTURE);
await writeFile(FACTS, `${JSON.stringify(facts, null, 2)}\n`);
console.log(`digits.png: ${bytes} bytes, ${tiles.length} pictures`);
