/**
 * Draws docs/augmentation.png: a digit, and what each augmentation makes of it. Look at the result.
 *
 *     npx tsx scripts/augmentation.ts
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captionedStrip } from '@onnoise/runtime-node';
import { prepareDataset, readFloats } from '#training/data/index.ts';
import { type AugmentOptions, drawAugmentations } from '#training/data/set/augment.ts';

const ROOT = join(import.meta.dirname, '..');
const SIDE = 28;
const DIGIT = 4;
/** Its two draws of each number go in opposite directions. */
const SEED = 80609;

const NONE: AugmentOptions = { rotate: 0, translate: 0, scale: 0, contrast: 0 };
const ALL: AugmentOptions = { rotate: 15, translate: 0.1, scale: 0.2, contrast: 0.5 };

interface Column {
  caption: string;
  options: AugmentOptions;
  flip?: boolean;
}

const only = (name: keyof AugmentOptions): Column[] => {
  const column = { caption: `--${name} ${ALL[name]}`, options: { ...NONE, [name]: ALL[name] } };
  return [column, column];
};
const columns: Column[] = [
  { caption: 'the image', options: NONE },
  { caption: '--flip', options: NONE, flip: true },
  ...only('rotate'),
  ...only('translate'),
  ...only('scale'),
  ...only('contrast'),
  { caption: 'all of them', options: ALL },
  { caption: 'all of them', options: ALL, flip: true },
];

const dataset = await prepareDataset({
  data: 'digits',
  size: SIDE,
  fit: 'crop',
  validationShare: 0,
  seed: 0,
  strict: true,
  cacheDir: join(ROOT, '.cache/onnoise'),
});
const number = dataset.labels!.indexOf(DIGIT);
const place = { seed: SEED, epoch: 0, count: 1, width: SIDE, height: SIDE };
const augmentations = columns.flatMap(({ options }, first) => drawAugmentations(options, { ...place, first }));
const flips = columns.map(({ flip }) => Number(flip ?? false));
const images = await readFloats(
  dataset,
  columns.map(() => number),
  flips,
  augmentations,
);
dataset.close();
const captions = columns.map(({ caption }) => caption);
await writeFile(join(ROOT, 'docs/augmentation.png'), await captionedStrip(images, [1, SIDE, SIDE], captions));
