/**
 * Samples 500 pictures from a shipped model with the game's settings (DDIM, 50 steps, seeds 0 to 499, the labels and numbers of
 * as many real ones), before the game's presentation: test/golden/data/game/painted.png of digits and painted-hands.png of
 * hands, rows of 20. Digits take a minute or two, hands ten; a run that was stopped goes on where it was.
 *
 *     npx tsx scripts/golden/game.ts [digits|hands]
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { loadModel } from '../../runtime-node/src/index.ts';
import { toBytes } from '../../scheduler/src/model/index.ts';
import { readRealDigits } from '../../site/build/real-digits.ts';
import { STEPS } from '../../site/views/game/rules/settings.ts';
import { preparedPhantoms } from '../web/prepared-phantoms.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ACROSS = 20;
const AT_ONCE = 20;
const COUNT = 500;

interface Subject {
  file: string;
  side: number;
  /** One per picture. */
  labels: readonly number[];
  conditions: Record<string, readonly number[]>;
}

const SUBJECTS: Record<string, () => Promise<Subject>> = {
  digits: async () => {
    const { info } = await readRealDigits(COUNT / 10);
    return { file: 'painted.png', side: 28, labels: info.labels, conditions: {} };
  },
  hands: async () => {
    const { labels, conditions } = await preparedPhantoms(COUNT);
    return { file: 'painted-hands.png', side: 64, labels, conditions };
  },
};

const [name = 'digits'] = process.argv.slice(2);
const subject = await SUBJECTS[name]?.();
if (!subject) throw new Error(`The subject must be one of ${Object.keys(SUBJECTS).join(', ')}, not ${name}.`);
const { side, labels, conditions } = subject;

const model = await loadModel(join(ROOT, 'models', name), { device: 'cpu' });
const { min, max } = model.conditions[0] ?? { min: 0, max: 0 };
const network = await readFile(join(ROOT, 'models', name, 'unet', 'model.onnx'));
/** Bytes of the pictures so far, of this network alone. */
const partly = join(
  ROOT,
  '.cache',
  `painted-${name}-${createHash('sha256').update(network).digest('hex').slice(0, 12)}`,
);
let done = new Uint8Array(await readFile(partly).catch(() => Buffer.alloc(0)));
await mkdir(join(ROOT, '.cache'), { recursive: true });
for (let from = done.length / side ** 2; from < COUNT; from += AT_ONCE) {
  const seeds = Array.from({ length: AT_ONCE }, (_, i) => from + i);
  const asked = Object.entries(conditions).map(([key, values]) => [
    key,
    seeds.map((seed) => Math.min(max, Math.max(min, values[seed]!))),
  ]);
  const { images } = await model.sample({
    seeds,
    labels: seeds.map((seed) => labels[seed]!),
    conditions: Object.fromEntries(asked),
    steps: STEPS,
    sampler: 'ddim',
  });
  done = Uint8Array.from([...done, ...toBytes(images)]);
  await writeFile(partly, done);
}
await model.dispose();

const rows = COUNT / ACROSS;
const sheet = new Uint8ClampedArray(rows * ACROSS * side ** 2);
for (const [i, v] of done.entries()) {
  const place = Math.floor(i / side ** 2);
  const y = Math.floor(place / ACROSS) * side + (Math.floor(i / side) % side);
  sheet[y * ACROSS * side + (place % ACROSS) * side + (i % side)] = v;
}
const folder = join(ROOT, 'test', 'golden', 'data', 'game');
await mkdir(folder, { recursive: true });
await sharp(sheet, { raw: { width: ACROSS * side, height: rows * side, channels: 1 } })
  .png({ compressionLevel: 9 })
  .toFile(join(folder, subject.file));
await rm(partly);
