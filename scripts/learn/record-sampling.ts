/**
 * Records the sampling that the page shows while a shipped model loads: of the pictures that its button makes at first, what
 * the network estimates step by step. A row of the picture is a step. The page makes the noisy pictures of these again.
 *
 *     npx tsx scripts/learn/record-sampling.ts digits
 *     npx tsx scripts/learn/record-sampling.ts hands --count 6 --seed 170
 *     npx tsx scripts/learn/record-sampling.ts hands-2 --count 6 --seed 181
 *
 * What is recorded is what the page's controls then say at first of the model. Run it whenever the weights change: the page
 * shows no recording of others.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { LABEL } from '../../base/src/pictures/phantom-label.ts';
import { loadModel } from '../../runtime-node/src/index.ts';
import { MODEL_FILES, toBytes } from '../../scheduler/src/model/index.ts';
import { check, DEFAULTS, fitDraft, toRequest } from '../../site/views/sample/state/parameters.ts';
import type { Recording } from '../../site/views/sample/state/recording.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SITE = join(ROOT, 'site');
const FACTS = join(SITE, 'views', 'sample', 'state', 'recordings.json');
/** Of WebP, to 100. */
const QUALITY = 80;

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: DEFAULTS.count },
    seed: { type: 'string', default: DEFAULTS.seed },
  },
});
const [name] = positionals;
if (name === undefined || positionals.length > 1) throw new Error('Name one folder of models/: digits, or hands.');

const folder = join(ROOT, 'models', name);
const picture = join(SITE, 'public', 'learn', `recorded-${name}.webp`);
const model = await loadModel(folder, { device: 'cpu' });
const { classes, nullCondition, conditions, distilled, scheduler, shape } = model;
const limits = { timesteps: scheduler.num_train_timesteps, classes, nullCondition, conditions, distilled };
const draft = fitDraft({ ...DEFAULTS, ...given }, limits);
const checked = check(draft, limits);
if ('problems' in checked) throw new Error(Object.values(checked.problems).join(' '));
const [channels, height, width] = shape;
if (channels !== 1) throw new Error('Only gray pictures can be recorded.');
const { count } = checked.parameters;

/** A batch [N, 1, H, W] as one row of pictures, [H, N W]. */
function asRow(batch: Float32Array): Uint8Array {
  const bytes = toBytes(batch);
  return Uint8Array.from({ length: bytes.length }, (_, i) => {
    const [y, across] = [Math.floor(i / (count * width)), i % (count * width)];
    return bytes[(Math.floor(across / width) * height + y) * width + (across % width)]!;
  });
}

const rows: Uint8Array[] = [];
const request = toRequest(checked.parameters, classes);
await model.sample({ ...request, onStep: ({ x0 }) => rows.push(asRow(x0)) });
await model.dispose();

await mkdir(dirname(picture), { recursive: true });
const raw = { width: count * width, height: rows.length * height, channels: 1 } as const;
const { size } = await sharp(Buffer.concat(rows), { raw })
  .withExif(model.trainedOn === 'phantoms' ? { IFD0: { ImageDescription: LABEL } } : {})
  .webp({ quality: QUALITY, effort: 6 })
  .toFile(picture);
const network = createHash('sha256')
  .update(await readFile(join(folder, MODEL_FILES.network)))
  .digest('hex');
const recording: Recording = {
  network,
  draft: { count: draft.count, seed: draft.seed, conditions: draft.conditions },
  sampler: checked.parameters.sampler,
  steps: rows.length,
  shape,
  classNames: model.classNames,
  scheduler,
};
const all = JSON.parse(await readFile(FACTS, 'utf8')) as Record<string, Recording>;
await writeFile(FACTS, `${JSON.stringify({ ...all, [name]: recording }, null, 2)}\n`);
console.log(`recorded-${name}.webp: ${size} bytes, ${count} pictures, ${rows.length} steps`);
