/** The stages as functions, on a few pictures of 8 x 8 and a network of four channels. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  exportRun,
  InputError,
  prepareImages,
  presetNames,
  type TrainRunOptions,
  type TrainSettingsGiven,
  train,
} from '#pipeline/index.ts';
import { loadModel } from '#runtime-node/index.ts';
import { temporaryFolder, writeGrayPictures } from '#test/pictures/images.ts';

const folder = temporaryFolder();
const photos = join(folder, 'photos');
const cacheDir = join(folder, 'cache');

const settings: TrainSettingsGiven = {
  data: { source: photos, size: 8, cacheDir },
  model: { _class_name: 'SimpleUnet', channels: [4, 8], time_emb_dim: 4 },
  training: { steps: 2, batch: 4, engine: 'tfjs-cpu' },
  output: { sampleCount: 2, sampleSteps: 2, checkpointEvery: null, sampleEvery: null },
};
const run = join(folder, 'run');

beforeAll(() => writeGrayPictures(photos));

describe('prepareImages', () => {
  it('gives squares as bytes, and finds them again', async () => {
    const images = await prepareImages({ data: photos, size: 8, cacheDir });
    expect(images).toMatchObject({ count: 12, channels: 1, height: 8, width: 8, cached: false });
    const pixels = new Uint8Array(64);
    await images.read([0], pixels);
    expect(new Set(pixels).size).toBeGreaterThan(8);
    images.close();
    const again = await prepareImages({ data: photos, size: 8, cacheDir });
    expect([again.hash, again.cached]).toEqual([images.hash, true]);
    again.close();
  });

  it('refuses in a sentence what cannot be prepared', async () => {
    const options = { data: join(folder, 'none'), cacheDir };
    await expect(prepareImages(options)).rejects.toThrow(InputError);
    await expect(prepareImages({ data: photos, size: 0, cacheDir })).rejects.toThrow(/^Cannot .*size.* must be /);
  });
});

describe('train and exportRun', () => {
  it('make a run of pictures, and a model of the run', async () => {
    const steps: number[] = [];
    const result = await train({ run, settings, hooks: { onStep: ({ step }) => void steps.push(step) } });
    expect(result).toMatchObject({ interrupted: false, step: 2 });
    expect(result.loss).toBeGreaterThan(0);
    expect(steps).toEqual([1, 2]);
    expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).data.source).toBe(photos);

    const more = await train({ run, settings: { training: { steps: 3 } }, resume: true });
    expect([more.step, more.interrupted]).toEqual([3, false]);

    const { parity, step } = await exportRun({ run, out: join(folder, 'model') });
    expect(step).toBe(3);
    expect(parity.difference).toBeLessThan(1e-3);
    const model = await loadModel(join(folder, 'model'), { device: 'cpu' });
    expect((await model.sample({ count: 2, steps: 2, seed: 7 })).shape).toEqual([1, 8, 8]);
    await model.dispose();
  });

  it('take a preset, and settings over it', async () => {
    expect(await presetNames()).toContain('small');
    const other = join(folder, 'other');
    const signal = AbortSignal.abort();
    const options: TrainRunOptions = { run: other, preset: 'small', settings: { ...settings, model: {} }, signal };
    await expect(train(options)).rejects.toThrow(signal.reason);
    await expect(train({ ...options, preset: 'large' })).rejects.toThrow(
      /^Cannot read the preset: .* must be one of autoencoder, base, digits/,
    );
  });

  it.each<[Partial<TrainRunOptions>, string]>([
    [{ settings: { ...settings, training: { steps: -1 } } }, 'Cannot read the settings of the call: training.steps'],
    [{ settings: { ...settings, data: { size: 8 } } }, '--data must be given'],
    [{ settings: {} }, 'must name a network'],
    [{ settings, resume: true }, 'Cannot '],
  ])('refuse %j in a sentence, before anything is written', async (options, sentence) => {
    const other = join(folder, 'refused');
    const work = train({ run: other, ...options } as TrainRunOptions);
    await expect(work).rejects.toThrow(InputError);
    await expect(work).rejects.toThrow(sentence);
    expect(existsSync(other)).toBe(false);
  });
});
