/**
 * Makes what the page trains with, `site/public/training`: two steps with fresh weights, one for digits with their
 * classes and one for pictures without, both of the preset `tab`; and 2,000 digits, 200 of each, as one sheet.
 *
 *     npx tsx scripts/web/make-training.ts
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { writeWhole } from '#base/files/output.ts';
import { FRESH } from '#pipeline/export/train-step/describe.ts';
import { stepFiles } from '#pipeline/export/train-step/files.ts';
import { openDigits } from '#training/data/sources/digits.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { type ConfigLayer, resolveConfig } from '#training/settings/config.ts';
import { readPreset } from '#training/settings/presets.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'site', 'public', 'training');
const PRESET = 'tab';
/** Of each digit. */
const EACH = 200;
const COLUMNS = 50;

const preset = await readPreset(PRESET);
const unlabelled: ConfigLayer = {
  name: 'pictures',
  config: { data: { source: 'pictures' }, model: { num_class_embeds: null }, training: { labelDropout: 0 } },
};

async function writeStep(name: string, layers: ConfigLayer[], classNames: readonly string[] | undefined) {
  const plan = planFromConfig(resolveConfig(layers));
  const state = new Map([...plan.initialParameters()].map(([name, values]) => [`model.${name}`, values]));
  const files = await stepFiles('make', plan, state, { progress: FRESH, data: null, images: undefined, classNames });
  for (const [path, content] of Object.entries(files)) await writeWhole(join(FOLDER, name, path), content);
  return plan.model.shape[2];
}

/** All digits of a class are one after the other; these are spread over them. */
async function readDigits(side: number): Promise<Uint8Array[]> {
  const classes: Uint8Array[][] = Array.from({ length: 10 }, () => []);
  const options = { size: side, channels: 1, fit: 'crop', background: 'white' } as const;
  for await (const frame of openDigits().frames(options)) {
    if ('pixels' in frame) classes[frame.label!]!.push(frame.pixels as Uint8Array);
  }
  return classes.flatMap((all) => Array.from({ length: EACH }, (_, i) => all[Math.floor((i * all.length) / EACH)]!));
}

async function writeSheet(pictures: readonly Uint8Array[], side: number): Promise<void> {
  const [width, height] = [COLUMNS * side, Math.ceil(pictures.length / COLUMNS) * side];
  const pixels = new Uint8Array(width * height);
  for (const [place, picture] of pictures.entries()) {
    const [left, top] = [(place % COLUMNS) * side, Math.floor(place / COLUMNS) * side];
    for (let y = 0; y < side; y++) pixels.set(picture.subarray(y * side, (y + 1) * side), (top + y) * width + left);
  }
  const png = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 9, effort: 10, adaptiveFiltering: true })
    .toBuffer();
  await writeWhole(join(FOLDER, 'digits.png'), png);
}

await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const side = await writeStep('digits', [preset], openDigits().classNames);
await writeStep('pictures', [preset, unlabelled], undefined);
await writeSheet(await readDigits(side), side);
