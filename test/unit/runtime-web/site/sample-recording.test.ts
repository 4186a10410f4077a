import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { RUNTIMES } from '#runtime-web/ort.ts';
import { withTotal } from '#site/state/loader.ts';
import { check, DEFAULTS, toRequest } from '#site/views/sample/parameters.ts';
import { RECORDING, readMoments } from '#site/views/sample/recorded/recording.ts';
import { expectClose } from '#test/compare.ts';
import { loadModel } from '../../../../runtime-node/src/index.ts';
import { toBytes } from '../../../../scheduler/src/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
/** Half of the distance between two of 16 shades, and a byte of rounding. */
const SHADE = 255 / 15 + 2;

test('the recording is of the pictures that the button makes', async () => {
  const file = await readFile(join(ROOT, 'runtime-web', 'site', 'public', 'learn', 'recorded-sampling.png'));
  const { data } = await sharp(file).ensureAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const moments = readMoments(data);
  expect(moments.map(({ step, t }) => [step, t]).at(0)).toEqual([1, RECORDING.timesteps[1]]);
  expect(moments.at(-1)).toMatchObject({ step: RECORDING.timesteps.length, t: 0 });

  const model = await loadModel(join(ROOT, 'models', 'digits'), { device: 'cpu' });
  const { classes, nullCondition, conditions, scheduler } = model;
  const checked = check(DEFAULTS, { timesteps: scheduler.num_train_timesteps, classes, nullCondition, conditions });
  if ('problems' in checked) throw new Error('no request');
  const { images } = await model.sample(toRequest(checked.parameters, classes));
  await model.dispose();
  expectClose(moments.at(-1)!.x, toBytes(images), { absolute: SHADE });
});

test('the sizes of the runtimes are those of the installed files', async () => {
  for (const { path, bytes } of Object.values(RUNTIMES)) {
    const [name, file] = path.split('/');
    expect((await stat(join(ROOT, 'node_modules', name!, 'dist', file!))).size, path).toBe(bytes);
  }
});

test("withTotal takes the list's size where the host gives none, for the model alone", () => {
  const model = { stage: 'model', loaded: 5, total: null } as const;
  expect(withTotal(model, { bytes: 10 })).toEqual({ ...model, total: 10 });
  expect(withTotal({ ...model, total: 7 }, { bytes: 10 }).total).toBe(7);
  expect(withTotal(model, {}).total).toBeNull();
  expect(withTotal({ ...model, stage: 'runtime' }, { bytes: 10 }).total).toBeNull();
});
