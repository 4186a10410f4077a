import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { toBytes } from '#scheduler/model/index.ts';
import { check, DEFAULTS, toRequest } from '#site/views/sample/state/parameters.ts';
import { type Moment, RECORDINGS, readEstimates, replay } from '#site/views/sample/state/recording.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
/** Mean difference of two pictures in grey levels: what the recording's compression may cost. */
const LOSS = 6;

const folderOf = (key: string) => join(ROOT, 'models', key);
/** A page may be made with other models than those that are shipped. */
const shipped = Object.entries(RECORDINGS).filter(([key]) => existsSync(folderOf(key)));

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

describe.each(shipped)('the recording of %s', (key, recording) => {
  const model = loadModel(folderOf(key), { device: 'cpu' });

  test('is of the weights that are shipped', async () => {
    const network = await readFile(join(folderOf(key), 'unet', 'model.onnx'));
    expect(createHash('sha256').update(network).digest('hex')).toBe(recording.network);
    expect((await model).scheduler).toEqual(recording.scheduler);
  });

  test('shows, step by step, the pictures that the button makes', { tags: 'long' }, async () => {
    const { classes, nullCondition, conditions, distilled, scheduler, sample } = await model;
    const limits = { timesteps: scheduler.num_train_timesteps, classes, nullCondition, conditions, distilled };
    const checked = check({ ...DEFAULTS, ...recording.draft }, limits);
    if ('problems' in checked) throw new Error('no request');
    const made: { x: Uint8ClampedArray; x0: Uint8ClampedArray }[] = [];
    const onStep = ({ x, x0 }: { x: Float32Array; x0: Float32Array }) =>
      void made.push({ x: toBytes(x), x0: toBytes(x0) });
    await sample({ ...toRequest(checked.parameters, classes), onStep });

    const file = await readFile(join(ROOT, 'site', 'public', 'learn', `recorded-${key}.webp`));
    const rgba = await sharp(file).ensureAlpha().toColourspace('srgb').raw().toBuffer();
    const shown: Moment[] = [];
    await replay(recording, readEstimates(rgba, recording), { onMoment: (moment) => void shown.push(moment) });
    expect(shown.map(({ step }) => step)).toEqual(made.map((_, i) => i + 1));
    expect(shown.at(-1)).toMatchObject({ t: 0, steps: made.length, shape: recording.shape });
    for (const [i, { x, x0 }] of shown.entries()) {
      expect(distance(x0, made[i]!.x0), `estimate ${i + 1}`).toBeLessThan(LOSS);
      expect(distance(x, made[i]!.x), `step ${i + 1}`).toBeLessThan(LOSS);
    }
    if (made.length > 1) expect(distance(shown.at(-1)!.x, shown.at(0)!.x)).toBeGreaterThan(10 * LOSS);
  });
});
