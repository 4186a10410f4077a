import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { barsDataset } from '#test/bars.ts';
import { autoencoderConfig } from '#test/models/autoencoder.ts';
import { cnnBytes, convRelu, twoStages } from '#test/models/cnn-onnx.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { completePlan, draftPlan } from '#training/plan/resolve.ts';
import { settingsOf } from '#training/plan/settings.ts';
import { type TrainHooks, train } from '#training/run/index.ts';
import { readLines, readRunLayer } from '#training/saved/index.ts';
import type { ConfigLayer } from '#training/settings/index.ts';

const at = temporaryFolder();
const images = barsDataset({ count: 30, held: 6, size: 8 });
const preset: ConfigLayer = { name: 'preset', preset: true, config: { model: autoencoderConfig() } };

/** The settings of a run of some steps. */
const layer = (training: object): ConfigLayer => ({
  name: 'the test',
  config: {
    data: { source: 'bars', size: 8, channels: 1 },
    training: { batch: 4, lr: 0.01, loss: 'l1', emaDecay: 0.5, ...training },
    output: { sampleEvery: null, checkpointEvery: 2 },
  },
});

async function run(name: string, training: object, resume = false, hooks: TrainHooks = {}) {
  const folder = join(at, name);
  const layers = resume ? [await readRunLayer(folder), layer(training)] : [preset, layer(training)];
  const { config, start, yielding, autoencoder, features } = await settingsOf(layers, resume ? folder : undefined);
  const notes: string[] = [];
  const plan = draftPlan(config, start, yielding, autoencoder, features);
  await train({
    run: folder,
    resume,
    plan,
    dataset: images,
    hooks: { onNote: (note) => void notes.push(note), ...hooks },
  });
  const lines = await readLines<{ step: number; loss: number }>(join(folder, 'metrics.jsonl'));
  const saved = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
  return { losses: lines.map(({ loss }) => loss), notes, training: saved.training };
}

const file = async (name: string, bytes = twoStages()) => {
  const path = join(at, name);
  await writeFile(path, bytes);
  return path;
};

describe('a run with the features of a file', () => {
  it('learns another loss, by the usual weight, and says which layers count', async () => {
    const featureModel = await file('seen.onnx');
    const [plain, seen] = [await run('plain', { steps: 1 }), await run('seen', { steps: 1, featureModel })];
    expect(seen.losses[0]).toBeGreaterThan(plain.losses[0]!);
    expect(seen.training).toMatchObject({ featureWeight: 1, featureModel });
    expect(seen.notes).toContain(
      `Features: 2 layers of ${featureModel} count 1: first (4 x 8 x 8), second (6 x 4 x 4).`,
    );
    expect(seen.notes).toContain('Black and white are -1 and 1 to it; --feature-range says otherwise.');
    const half = await run('half', { steps: 1, featureModel, featureWeight: 0.5 });
    expect(half.losses[0]! - plain.losses[0]!).toBeCloseTo((seen.losses[0]! - plain.losses[0]!) / 2, 5);
    expect(plain.training).not.toHaveProperty('featureHash');
  });

  it('goes on to the bit, from its own copy, where the file is gone or has changed', async () => {
    const featureModel = await file('own.onnx', twoStages(3));
    const whole = await run('whole', { steps: 5, featureModel });
    expect(whole.notes).toContain('Gray images are repeated in the 3 channels that it takes.');
    await run('parts', { steps: 2, featureModel });
    await file('own.onnx', twoStages(1));
    await run('parts', { steps: 4 }, true);
    await rm(featureModel);
    expect((await run('parts', { steps: 5 }, true)).losses).toEqual(whole.losses);
  });

  it('is not resumed without them, with others, or by another file', async () => {
    const featureModel = await file('first.onnx');
    await run('fixed', { steps: 1, featureModel });
    await expect(run('fixed', { steps: 2, featureWeight: 0 }, true)).rejects.toThrow(
      'training.featureWeight (--feature-weight) must be 1',
    );
    await expect(run('fixed', { steps: 2, featureModel: 'other.onnx' }, true)).rejects.toThrow(
      'training.featureModel (--feature-model) must be',
    );
    await file('first.onnx', twoStages(3));
    await rm(join(at, 'fixed/features.onnx'));
    await expect(run('fixed', { steps: 2 }, true)).rejects.toThrow('--feature-hash must be the SHA-256 of');
  });
});

describe('a run whose features are trained on the images', () => {
  const trainFeatures = (calls: number[]) => async (dataset: { train: ArrayLike<number> }) => {
    calls.push(dataset.train.length);
    return { name: 'classifier of bars', bytes: twoStages() };
  };

  it('trains them once, and keeps them for later', async () => {
    const calls: number[] = [];
    const hooks = { trainFeatures: trainFeatures(calls) };
    const { notes, training } = await run('trained', { steps: 2, featureWeight: 0.5 }, false, hooks);
    expect(notes).toContain(
      'Features: 2 layers of classifier of bars count 0.5: first (4 x 8 x 8), second (6 x 4 x 4).',
    );
    expect(training.featureHash).toMatch(/^[0-9a-f]{64}$/);
    await run('trained', { steps: 3 }, true, hooks);
    expect(calls).toEqual([24]);
    const once = await run('once', { steps: 3, featureWeight: 0.5 }, false, hooks);
    expect((await run('trained', {}, true, hooks)).losses).toEqual(once.losses);
  });

  it('needs somebody who trains them', async () => {
    await expect(run('nobody', { steps: 1, featureWeight: 1 })).rejects.toThrow(
      'Cannot start training: --feature-model must be an ONNX file where nothing trains a network of features',
    );
  });
});

describe('what is refused before an image is read', () => {
  const network: ConfigLayer = { name: 'preset', config: { model: { _class_name: 'UNet2DModel', sample_size: 8 } } };
  const drafted = async (training: object, base = preset) => {
    const { config, features } = await settingsOf([base, layer({ steps: 1, ...training })]);
    return draftPlan(config, undefined, {}, undefined, features);
  };

  it('features of a network that gives no images back', async () => {
    const words = 'must be left out: features count in the loss of an autoencoder alone';
    const featureModel = await file('unused.onnx');
    await expect(drafted({ featureModel }, network)).rejects.toThrow(`--feature-model ${words}`);
    await expect(drafted({ featureWeight: 1 }, network)).rejects.toThrow(`--feature-weight ${words}`);
  });

  it('a file that is not there, is a folder, or is no network of images', async () => {
    await expect(drafted({ featureModel: join(at, 'none.onnx') })).rejects.toThrow(
      '--feature-model must be an ONNX file',
    );
    await expect(drafted({ featureModel: at })).rejects.toThrow('received a folder');
    const text = await file('text.onnx', new TextEncoder().encode('hello'));
    await expect(drafted({ featureModel: text })).rejects.toThrow(
      `${text} must be an ONNX file of a plain network, but it is not an ONNX file`,
    );
    const stage = convRelu('sine', 'map', [1, 2]);
    const odd = cnnBytes({ ...stage, nodes: [{ op: 'Sin', inputs: ['x'], output: 'sine' }, ...stage.nodes] });
    await expect(drafted({ featureModel: await file('odd.onnx', odd) })).rejects.toThrow('received the operator Sin');
  });

  it('a range without a file, and another hash than that of the file', async () => {
    await expect(drafted({ featureWeight: 1, featureRange: '0,1' })).rejects.toThrow(
      '--feature-range must be left out without --feature-model',
    );
    const featureModel = await file('hashed.onnx');
    await expect(drafted({ featureModel, featureHash: 'ab' })).rejects.toThrow('--feature-hash must be the SHA-256 of');
  });

  it('a network of gray for images of colour, once these are known', async () => {
    const gray = await file('gray.onnx', twoStages(1));
    const open = { name: 'the test', config: { data: { source: 'bars' }, training: { steps: 1, featureModel: gray } } };
    const model = { ...autoencoderConfig(), in_channels: undefined, out_channels: undefined };
    const { config, features } = await settingsOf([{ name: 'preset', preset: true, config: { model } }, open]);
    const draft = draftPlan(config, undefined, {}, undefined, features);
    expect(draft.plan.features).toBeUndefined();
    expect(completePlan(draft, {}).features).toBeUndefined();
    expect(completePlan(draft, { channels: 1 }).features?.layers).toHaveLength(2);
    expect(() => completePlan(draft, { channels: 3 })).toThrow(
      'must take images of 3 channels, received a network for 1',
    );
  });
});
