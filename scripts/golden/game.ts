/**
 * Samples 500 pictures from a shipped model with the game's settings (DDIM, 50 steps, seeds 0 to 499, the labels and numbers of
 * as many real ones), before the game's presentation: test/golden/data/game/painted.png of digits and painted-hands.png of
 * hands, rows of 20. Digits take a minute or two, hands ten.
 *
 *     npx tsx scripts/golden/game.ts [digits|hands]
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { readRealDigits } from '#site/build/assets.ts';
import { loadModel } from '../../runtime-node/src/index.ts';
import { toBytes } from '../../scheduler/src/model/index.ts';
import { STEPS } from '../../site/views/game/rules/plan.ts';
import { preparedPhantoms } from '../web/prepared-phantoms.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ACROSS = 20;
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
const width = ACROSS * side;
const sheet = new Uint8ClampedArray((COUNT / ACROSS) * side * width);
for (let from = 0; from < COUNT; from += ACROSS) {
  const seeds = Array.from({ length: ACROSS }, (_, i) => from + i);
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
  const bytes = toBytes(images);
  for (const [i, seed] of seeds.entries())
    for (let y = 0; y < side; y++)
      sheet.set(
        bytes.subarray((i * side + y) * side, (i * side + y + 1) * side),
        (seed - i) * side ** 2 + y * width + i * side,
      );
}
await model.dispose();
await sharp(sheet, { raw: { width, height: sheet.length / width, channels: 1 } })
  .png({ compressionLevel: 9 })
  .toFile(join(ROOT, 'test', 'golden', 'data', 'game', subject.file));
