/**
 * Records the sampling that the page shows while its model loads: the ten pictures that its button makes, step by step,
 * in 16 shades. A row of the picture is a step: x_t first, then what the network estimates of it.
 *
 *     npx tsx scripts/learn/record-sampling.ts
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { loadModel } from '../../runtime-node/src/index.ts';
import { check, DEFAULTS, toRequest } from '../../runtime-web/site/views/sample/parameters.ts';
import { completeRequest, toBytes } from '../../scheduler/src/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SITE = join(ROOT, 'runtime-web', 'site');
const PICTURE = join(SITE, 'public', 'learn', 'recorded-sampling.png');
const FACTS = join(SITE, 'views', 'sample', 'recorded', 'recording.json');
const SHADES = 16;

const model = await loadModel(join(ROOT, 'models', 'digits'), { device: 'cpu' });
const { classes, nullCondition, conditions, scheduler, shape } = model;
const limits = { timesteps: scheduler.num_train_timesteps, classes, nullCondition, conditions };
const checked = check(DEFAULTS, limits);
if ('problems' in checked) throw new Error('The page cannot sample what its controls say at first.');
const [, height, width] = shape;
const count = checked.parameters.count;

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
const timesteps = completeRequest(model, request).table.rows.map(({ timestep }) => Math.round(timestep));
await model.sample({
  ...request,
  onStep: ({ x, x0 }) => {
    rows.push(asRow(x), asRow(x0));
  },
});
await model.dispose();

await mkdir(dirname(PICTURE), { recursive: true });
const raw = { width: count * width, height: rows.length * height, channels: 1 } as const;
const { size } = await sharp(Buffer.concat(rows), { raw })
  .png({ palette: true, colours: SHADES, dither: 0, effort: 10 })
  .toFile(PICTURE);
const { seed } = checked.parameters;
await writeFile(FACTS, `${JSON.stringify({ count, seed, shape, timesteps }, null, 2)}\n`);
console.log(`recorded-sampling.png: ${size} bytes, ${timesteps.length} steps`);
