import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '#pipeline/commands/options/settings.ts';
import { exportRun } from '#pipeline/export/export.ts';
import { loadModel } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { unetConfig } from '#test/models/unet.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { networks } from '#test/train/engines.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { lines } from '#test/train/tiny-run.ts';
import { encodeModel, type Graph, NotRecovered } from '#tracer/index.ts';
import { fitParameters } from '#training/fine-tuning/fit.ts';
import { readStart } from '#training/fine-tuning/read-start.ts';
import { inferenceGraph } from '#training/folder/inference.ts';
import { recoverParameters } from '#training/folder/recover.ts';
import { createModel, initParameters } from '#training/model/index.ts';
import { draftPlan } from '#training/plan/resolve.ts';
import { train } from '#training/run/train.ts';
import type { PartialConfig } from '#training/settings/config.ts';

/** For runs: small, because each is traced, trained and drawn. */
const small = unetConfig({ num_class_embeds: 2, attention_head_dim: 4, mid_block_type: null });
const dataset = memoryDataset({ classes: 2 });

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);

/** Settings of a file over those that `--init` reads. */
async function settings(config: PartialConfig, args: { resume?: boolean; out?: string } = {}) {
  const path = at('settings.json');
  await writeFile(path, JSON.stringify({ training: { steps: 1, batch: 4, engine: 'tfjs-cpu' }, ...config }));
  return readSettings({ config: path, resume: false, ...args });
}

const output = { sampleCount: 2, sampleSteps: 2, checkpointEvery: null, sampleEvery: null };

async function run(name: string, config: PartialConfig, resume = false, images = dataset) {
  const given = await settings(
    { ...config, data: { source: 'blobs', size: 4, channels: 1 }, output },
    resume ? { resume, out: at(name) } : {},
  );
  await train({ plan: draftPlan(given.config, given.start).plan, dataset: images, run: at(name), resume });
}

const still = { steps: 1, batch: 4, lr: 1e-30, engine: 'tfjs-cpu', emaDecay: 0.9 };
const fine = (init: string, more = {}) => ({ training: { ...still, init, ...more } });

beforeAll(async () => {
  const scheduler = { num_train_timesteps: 30, prediction_type: 'v_prediction' };
  await run('base', { model: small, scheduler, training: { ...still, steps: 6, lr: 0.01 } });
  await exportRun({ run: at('base'), out: at('model'), weights: false });
});

const picture = async (name: string) => {
  const model = await loadModel(name, { device: 'cpu' });
  const { images } = await model.sample({ count: 2, steps: 3, seed: 5 });
  await model.dispose();
  return images;
};

describe('readStart', () => {
  it('reads every weight of an exported network back, from safetensors beside the graph first', async () => {
    await exportRun({ run: at('base'), out: at('both') });
    const read = async (name: string) => (await readStart(at(name))).start.parameters;
    const [exact, file, graph] = [await read('base'), await read('both'), await read('model')];
    expect([...graph.keys()]).toEqual([...exact.keys()]);
    for (const [name, { shape, values }] of exact) {
      expect([name, file.get(name)!.values]).toEqual([name, values]);
      expect(graph.get(name)!.shape).toEqual(shape);
      expectClose(graph.get(name)!.values, values, { absolute: 1e-7, relative: 1e-6, what: name });
    }
  });

  it('refuses other folders, and graphs that merge BatchNorm with the weights', async () => {
    await expect(readStart(at('nothing'))).rejects.toThrow(
      /^Cannot start from .*nothing: --init must be a model folder or the folder of a run, received nothing of that name\.$/,
    );
    await cp(at('model'), at('merged'), { recursive: true });
    const network = { _class_name: 'SimpleUnet', sample_size: 4, image_channels: 1, channels: [4, 6], time_emb_dim: 4 };
    const config = { ...network, num_class_embeds: 2, num_train_timesteps: 30 };
    await writeFile(at('merged/unet/config.json'), JSON.stringify(config));
    await cp(at('model'), at('broken'), { recursive: true });
    await writeFile(at('broken/unet/model.onnx'), 'not a network');
    await expect(readStart(at('broken'))).rejects.toThrow(/must hold the weights, but it is not an ONNX file/);
    await expect(readStart(at('merged'))).rejects.toThrow(
      /must hold the weights, but its BatchNorm is merged .* Name the folder of the run .*\(pipeline export\)\.$/,
    );
  });
});

describe('recoverParameters', () => {
  const group = { norm_type: 'group', norm_num_groups: 2, residual_connections: true, attention_levels: [1] };
  it.each<[string, object]>([
    ['UNet2DModel with conditions', { ...networks.UNet2DModel.model, null_condition: true }],
    ['UNet2DModel with residual resampling', networks.residualResampling.model],
    [
      'SimpleUnet with GroupNorm',
      { _class_name: 'SimpleUnet', sample_size: 8, channels: [4, 8], time_emb_dim: 8, ...group },
    ],
  ])('reads the weights of a %s back', { tags: 'long' }, (_, config) => {
    const model = createModel(config);
    const weights = initParameters(model, 5);
    const found = recoverParameters(model, encodeModel(inferenceGraph(model, weights)));
    for (const [name, values] of weights) expectClose(found.get(name)!, values, { absolute: 1e-7, what: name });
  });

  const first = (graph: Graph, op: string) => graph.nodes.find((node) => node.op === op)!;
  const tiny = createModel(small);
  const tinyWeights = initParameters(tiny, 5);

  const other = /^it does not compute .* as this version exports it$/;
  it.each<[string, (graph: Graph) => unknown, RegExp]>([
    ['another operator', (graph) => Object.assign(first(graph, 'Sigmoid'), { op: 'Tanh' }), other],
    [
      'a constant of other dimensions',
      (graph) => {
        const { inputs } = first(graph, 'Conv');
        const { dims, ...rest } = graph.constants.get(inputs[1]!)!;
        graph.constants.set(inputs[1]!, { ...rest, dims: [...dims, 1] });
      },
      /must be float32\[[\d,]+\] as this version exports it, received float32\[[\d,]+,1\]$/,
    ],
    [
      'a constant in place of an input',
      (graph) => {
        const data = new Float32Array(16);
        graph.constants.set('fixed', { dtype: 'float32', dims: [1, 1, 4, 4], data });
        for (const { inputs } of graph.nodes) {
          for (const [i, name] of inputs.entries()) if (name === 'sample') inputs[i] = 'fixed';
        }
      },
      /^fixed must be no constant as this version exports it, received float32\[1,1,4,4\]$/,
    ],
  ])('refuses a file with %s', (_, change, message) => {
    const graph = inferenceGraph(tiny, tinyWeights);
    change(graph);
    const read = () => recoverParameters(tiny, encodeModel(graph));
    expect(read).toThrow(NotRecovered);
    expect(read).toThrow(message);
  });
});

describe('train --init', () => {
  it('begins at the weights of the folder, with its network and scheduler, and says so in run and card', async () => {
    await run('still', fine(at('model')));
    await exportRun({ run: at('still'), out: at('same') });
    expectClose(await picture(at('same')), await picture(at('model')), { absolute: 2e-5 });
    const config = JSON.parse(await readFile(at('still/config.json'), 'utf8'));
    const { start } = await readStart(at('model'));
    expect(config.training).toMatchObject({ init: at('model'), initHash: start.hash });
    expect(config.scheduler).toMatchObject({ num_train_timesteps: 30, prediction_type: 'v_prediction' });
    expect(await readFile(at('same/README.md'), 'utf8')).toContain(`(\`${start.hash}\`)`);
    // The first loss is the model's own.
    await run('exact', fine(at('base')));
    const [fromGraph, fromRun] = ['still', 'exact'].map((name) => lines(at(name))[0]!.loss!);
    expectClose([fromGraph!], [fromRun!], { absolute: 1e-6 });
  });

  it('says in run and card that it knows the images of its start, too, and that phantoms were among them', {
    tags: 'long',
  }, async () => {
    const card = (name: string) => readFile(at(name, 'README.md'), 'utf8');
    await run('ghost', fine(at('base')), false, { ...dataset, phantoms: dataset.count });
    await exportRun({ run: at('ghost'), out: at('ghosts') });
    await run('of-run', fine(at('ghost')));
    await run('of-model', fine(at('ghosts')));
    await run('of-model', { training: { steps: 2 } }, true);
    for (const name of ['of-run', 'of-model']) {
      await exportRun({ run: at(name), out: at(`${name}-out`) });
      expect(await card(`${name}-out`)).toMatch(/^It started from .*`\), which learnt from synthetic phantoms, drawn/m);
      expect(await card(`${name}-out`)).toContain('- It learnt from synthetic phantoms:');
      // Not all of what it knows are phantoms.
      expect((await loadModel(at(`${name}-out`))).trainedOn).toBeUndefined();
    }
    const start = at('ghosts');
    expect(await card('of-model-out')).toContain(
      `- It knows the 8 of 19 images that training came to and those of ${start}, whose weights it started from; with few`,
    );
    expect((await readStart(at('of-model-out'))).start.phantoms).toBe(true);
    await run('real', fine(at('model')));
    await exportRun({ run: at('real'), out: at('real-out') });
    expect(await card('real-out')).not.toContain('phantom');
    expect(await card('model')).toContain('17 of 19 images that training came to and nothing else;');
  });

  it('goes on without the folder, and not with other weights', { tags: 'long' }, async () => {
    await cp(at('model'), at('moved'), { recursive: true });
    await run('gone', fine(at('moved')));
    await rm(at('moved'), { recursive: true });
    await run('gone', { training: { steps: 2 } }, true);
    expect(lines(at('gone')).map(({ step }) => step)).toEqual([1, 2]);
    await expect(run('gone', { training: { steps: 3, init: at('model') } }, true)).rejects.toThrow(
      /training\.init \(--init\) must be ".*moved" as in its checkpoint/,
    );
    await expect(settings(fine(at('model'), { initHash: 'abc' }))).rejects.toThrow(
      /^Cannot start training: --init-hash must be the SHA-256 of the weights of .*, received "abc"\.$/,
    );
    await expect(settings({ training: { initHash: 'abc' } })).rejects.toThrow(
      'Cannot start training: --init-hash must be left out without --init, received "abc".',
    );
  });

  it('refuses a network that the weights do not fit, by the first tensor', async () => {
    const { config, start } = await settings({ ...fine(at('model')), model: { block_out_channels: [8] } });
    expect(() => draftPlan(config, start)).toThrow(
      /^Cannot start from .*model: its conv_in\.weight must be \[8, 1, 3, 3\] as in the network to train, received \[4, 1, 3, 3\]\./,
    );
  });
});

describe('fitParameters', () => {
  it('starts a null class at the mean of the classes, and lets nothing else grow', async () => {
    const { start } = await readStart(at('base'));
    const { parameters } = createModel({ ...small, num_class_embeds: 3 });
    const rows = start.parameters.get('class_embedding.weight')!.values;
    const grown = fitParameters(start, { config: { null_condition: true }, parameters }).get('class_embedding.weight')!;
    expect(grown.subarray(0, rows.length)).toEqual(rows);
    const width = rows.length / 2;
    const mean = Array.from({ length: width }, (_, i) => (rows[i]! + rows[width + i]!) / 2);
    expectClose(grown.subarray(rows.length), mean, { absolute: 1e-7 });
    expect(() => fitParameters(start, { config: {}, parameters })).toThrow(/class_embedding\.weight must be \[3, 16\]/);
    const name = 'class_picture_embedding.weight';
    const pictured = {
      ...start,
      parameters: new Map([[name, { shape: [2, 2], values: Float32Array.of(1, 2, 3, 6) }]]),
    };
    const network = { config: { null_condition: true }, parameters: [{ name, shape: [3, 2] }] };
    expect([...fitParameters(pictured, network).get(name)!]).toEqual([1, 2, 3, 6, 2, 4]);
  });
});
