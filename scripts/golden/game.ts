/**
 * Samples 500 pictures from the shipped model with the game's settings (DDIM, 50 steps, seeds 0 to 499, the labels of
 * as many real ones), before the game's presentation: test/golden/data/game/painted.png, 25 rows of 20. Takes a
 * minute or two.
 *
 *     npx tsx scripts/golden/game.ts
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { loadModel } from '../../runtime-node/src/index.ts';
import { readRealDigits } from '../../runtime-web/site/build/real-digits.ts';
import { STEPS } from '../../runtime-web/site/views/game/settings.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SIDE = 28;
const ACROSS = 20;
const AT_ONCE = 50;
/** Pictures of each digit. */
const EACH = 50;

const { info } = await readRealDigits(EACH);
const model = await loadModel(join(ROOT, 'models', 'digits'), { device: 'cpu' });
const rows = info.count / ACROSS;
const sheet = new Uint8ClampedArray(rows * ACROSS * SIDE ** 2);
for (let from = 0; from < info.count; from += AT_ONCE) {
  const seeds = Array.from({ length: AT_ONCE }, (_, i) => from + i);
  const labels = seeds.map((seed) => info.labels[seed]!);
  const { images } = await model.sample({ seeds, labels, steps: STEPS, sampler: 'ddim' });
  images.forEach((v, i) => {
    const place = from + Math.floor(i / SIDE ** 2);
    const y = Math.floor(place / ACROSS) * SIDE + (Math.floor(i / SIDE) % SIDE);
    sheet[y * ACROSS * SIDE + (place % ACROSS) * SIDE + (i % SIDE)] = (v + 1) * 127.5;
  });
}
await model.dispose();
const folder = join(ROOT, 'test', 'golden', 'data', 'game');
await mkdir(folder, { recursive: true });
await sharp(sheet, { raw: { width: ACROSS * SIDE, height: rows * SIDE, channels: 1 } })
  .png({ compressionLevel: 9 })
  .toFile(join(folder, 'painted.png'));
