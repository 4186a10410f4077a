import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import proto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { exportRun } from '#pipeline/export/export.ts';
import { bytesOf, readOnnxFacts } from '#scheduler/model/index.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { encodeModel } from '#tracer/index.ts';
import { inferenceGraph, labelCount } from '#training/folder/inference.ts';
import { describeParity, measureParity, PARITY_LIMIT, parityLimit } from '#training/folder/parity.ts';
import { createModel, initParameters } from '#training/model/index.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { checkpointName, saveCheckpoint } from '#training/saved/checkpoint.ts';
import { runPaths, writeJson } from '#training/saved/run-folder.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';

const networks: Record<string, Record<string, unknown>> = {
  SimpleUnet: { _class_name: 'SimpleUnet', sample_size: 16, image_channels: 1, channels: [8, 12, 16], time_emb_dim: 8 },
  'SimpleUnet with every option': {
    _class_name: 'SimpleUnet',
    sample_size: 8,
    channels: [8, 8, 16],
    time_emb_dim: 8,
    act_fn: 'gelu',
    norm_type: 'group',
    norm_num_groups: 4,
    residual_connections: true,
    attention_levels: [1, 2],
  },
  'conditional UNet2DModel with attention': {
    _class_name: 'UNet2DModel',
    sample_size: 12,
    in_channels: 3,
    out_channels: 3,
    num_class_embeds: 4,
    block_out_channels: [8, 16],
    layers_per_block: 1,
    norm_num_groups: 4,
    attention_head_dim: 4,
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  },
  'UNet2DModel with residual resampling, scale and shift, and Mish': {
    _class_name: 'UNet2DModel',
    sample_size: 8,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [4, 8, 8],
    layers_per_block: 1,
    norm_num_groups: 2,
    attention_head_dim: 4,
    down_block_types: ['ResnetDownsampleBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'ResnetUpsampleBlock2D'],
    downsample_type: 'resnet',
    upsample_type: 'resnet',
    resnet_time_scale_shift: 'scale_shift',
    mid_block_scale_factor: 1.5,
    act_fn: 'mish',
    center_input_sample: true,
  },
  'SimpleUnet with a null class and conditions': {
    _class_name: 'SimpleUnet',
    sample_size: 8,
    channels: [4, 6],
    time_emb_dim: 8,
    num_class_embeds: 3,
    null_condition: true,
    conditions: [
      { name: 'age', mean: 100, std: 40, min: 1, max: 228 },
      { name: 'weight', mean: 2, std: 0.5, min: 1, max: 3 },
    ],
  },
};

describe.each(Object.entries(networks))('inferenceGraph of a %s', (_, config) => {
  const model = createModel(config);
  const parameters = initParameters(model, 3);
  const graph = inferenceGraph(model, parameters);

  it('is what tfjs computes, on batches of 1, 3 and 8', async () => {
    const { difference, largest } = await measureParity(model, parameters, encodeModel(graph));
    expect(difference).toBeLessThan(PARITY_LIMIT / 10);
    expect(largest).toBeLessThan(5);
  });

  it('takes and gives what the model folder promises, for any batch', () => {
    const ports = (list: typeof graph.inputs) => list.map(({ name, dtype, dims }) => [name, dtype, dims]);
    const image = ['batch', ...model.shape];
    expect(ports(graph.inputs)).toEqual([
      ['sample', 'float32', image],
      ['timestep', 'float32', ['batch']],
      ...(model.classCount === null ? [] : [['class_labels', 'int64', ['batch']]]),
      ...(model.conditions.length === 0 ? [] : [['conditions', 'float32', ['batch', 2 * model.conditions.length]]]),
    ]);
    expect(ports(graph.outputs)).toEqual([['out_sample', 'float32', image]]);
  });

  it('refuses timesteps and classes out of range, where an index would wrap or be cut, and takes all others', async () => {
    const session = await InferenceSession.create(encodeModel(graph), { logSeverityLevel: 4 });
    const size = model.shape.reduce((product, side) => product * side, 1);
    const width = 2 * model.conditions.length;
    const run = (timestep: number, label = 0n, conditions: number[] = Array(width).fill(0)) =>
      session.run({
        sample: new Tensor('float32', new Float32Array(2 * size), [2, ...model.shape]),
        timestep: new Tensor('float32', [0, timestep], [2]),
        ...(model.classCount !== null && { class_labels: new Tensor('int64', [0n, label], [2]) }),
        ...(width > 0 && { conditions: new Tensor('float32', [...Array(width).fill(0), ...conditions], [2, width]) }),
      });
    const T = model.timestepCount;
    for (const timestep of [-1, -0.5, T - 0.5, T, 2 ** 32 + 512, 3e38, Number.NaN, Number.NEGATIVE_INFINITY]) {
      await expect(run(timestep), `timestep ${timestep}`).rejects.toThrow(`out of data bounds, idx=${T}`);
    }
    for (const timestep of [0, 1, T - 1, -0]) await run(timestep);
    expect((await run(T - 1)).out_sample!.data).not.toEqual((await run(T - 2)).out_sample!.data);
    if (width > 0) {
      for (const value of [Number.NaN, Number.NEGATIVE_INFINITY, 3.4e38]) {
        await expect(run(0, 0n, [0, value, 0, 1]), `condition ${value}`).rejects.toThrow('out of data bounds, idx=1');
      }
      for (const flag of [Number.NaN, -0.01, 1.01]) {
        await expect(run(0, 0n, [0, 0, flag, 1]), `flag ${flag}`).rejects.toThrow('out of data bounds, idx=1');
      }
      await run(0, 0n, [1, 1e29, 1, 1]);
      expect((await run(0, 0n, [5, 5, 0, 0])).out_sample!.data).toEqual((await run(0)).out_sample!.data);
    }
    if (model.classCount === null) return;
    const classes = BigInt(labelCount(model));
    for (const label of [-1n, classes, 2n ** 32n, -(2n ** 63n)]) {
      await expect(run(0, label), `class ${label}`).rejects.toThrow(`out of data bounds, idx=${classes}`);
    }
    await run(0, classes - 1n);
  });

  it('says in the file which values it takes', () => {
    const { graph: written } = proto.onnx.ModelProto.decode(encodeModel(graph));
    const docs = Object.fromEntries(written!.input!.map(({ name, docString }) => [name, docString]));
    expect(docs.timestep).toBe(`One for each image: numbers from 0 to ${model.timestepCount - 1}, whole or not.`);
    expect(docs.class_labels).toBe(
      model.classCount === null
        ? undefined
        : `One for each image: whole numbers from 0 to ${labelCount(model) - 1}${model.nullCondition ? ', of which 2 is none' : ''}.`,
    );
    expect(docs.conditions).toBe(
      model.conditions.length === 0
        ? undefined
        : 'For each image: (age - 100) / 40, (weight - 2) / 0.5; then a flag for each, 1. Both are 0 for a number that is not given.',
    );
    expect(written!.docString).toMatch('refuses a timestep, class or condition outside its range');
  });

  it('has no Transpose but those that onnxruntime fuses into a product, no sine, and names from the modules', () => {
    const readersOf = (name: string) => graph.nodes.filter(({ inputs }) => inputs.includes(name)).map(({ op }) => op);
    for (const { op, outputs } of graph.nodes) {
      if (op === 'Transpose') expect(new Set(readersOf(outputs[0]!))).toEqual(new Set(['MatMul']));
    }
    for (const op of ['Sin', 'Cos']) expect(graph.nodes.map(({ op }) => op)).not.toContain(op);
    expect(graph.nodes.some(({ name }) => /^(downs|down_blocks)\.0\..*\/Conv/.test(name))).toBe(true);
  });
});

test('inferenceGraph is what tfjs computes to float32 where outputs are of hundreds of thousands', async () => {
  const model = createModel(networks.SimpleUnet!);
  const parameters = initParameters(model, 3);
  for (const name of ['output.weight', 'output.bias']) {
    const values = parameters.get(name)!;
    parameters.set(
      name,
      values.map((value) => 1e6 * value),
    );
  }
  const parity = await measureParity(model, parameters, encodeModel(inferenceGraph(model, parameters)));
  expect(parity.largest).toBeGreaterThan(1e5);
  expect(parity.difference).toBeGreaterThan(PARITY_LIMIT);
  expect(parity.difference).toBeLessThan(parityLimit(parity) / 10);
});

test('describeParity tells a difference beside what it is a difference of', () => {
  expect(describeParity({ difference: 6.14e-6, largest: 3.912 })).toBe('6.1e-6, of outputs up to 3.9');
});

describe('exportRun', () => {
  const config: PartialConfig = {
    data: { source: 'blobs', size: 12 },
    model: networks['conditional UNet2DModel with attention']!,
    scheduler: { num_train_timesteps: 50, prediction_type: 'v_prediction' },
    training: { steps: 4, batch: 2 },
  };
  const plan = planFromConfig(resolveConfig([{ name: 'the test', config }]));
  const folder = temporaryFolder();
  const at = (...parts: string[]) => join(folder, ...parts);

  const save = (step: number, state: Map<string, Float32Array>) => {
    const place = { step, epoch: 0, position: { epoch: 0, index: 0 }, seconds: 1, reserve: null } as const;
    const data = { name: 'blobs', hash: 'abc' };
    const settings = { format: 1, seed: 0, lr: 1, loss: 1, config: plan.config, data } as const;
    return saveCheckpoint(runPaths(at('run')).checkpoints, { ...settings, ...place }, plan.step.state, state, 3);
  };

  beforeAll(async () => {
    const paths = runPaths(at('run'));
    const state = plan.step.initialState(plan.initialParameters());
    for (const step of [2, 4]) await save(step, state);
    await writeJson(paths.config, plan.config);
    const sizes = { count: 10, channels: 3, height: 12, width: 12, train: 9 };
    await writeJson(paths.data, { name: 'blobs', hash: 'abc', ...sizes });
  });

  it('writes a folder whose card and network say what they are of', async () => {
    const out = at('model');
    const { step, parity } = await exportRun({ run: at('run'), out });
    expect(step).toBe(4);
    expect(parity.difference).toBeLessThan(PARITY_LIMIT);
    const card = await readFile(at('model', 'README.md'), 'utf8');
    expect(card).toMatch(/`abc`[\s\S]*largest difference/);
    expect(card).toContain('| epochs | 0.89 |\n| images seen in training | 8 of 9 |');
    const onnx = await readFile(at('model', 'unet', 'model.onnx'));
    const { metadata } = await readOnnxFacts(bytesOf(Uint8Array.from(onnx)));
    expect(metadata).toMatchObject({ num_train_timesteps: '50', num_class_embeds: '4', step: '4' });
    await exportRun({ run: at('run'), out, checkpoint: 2 });
    expect(await readFile(at('model', 'README.md'), 'utf8')).toContain('- It knows the 4 of 9 images that');
  });

  it('shows the sheet that the exported weights drew, and no other', async () => {
    const sheets = { 2: Buffer.from('sheet of 2') };
    await mkdir(runPaths(at('run')).sheets, { recursive: true });
    await writeFile(runPaths(at('run')).samples, sheets[2]);
    await writeFile(runPaths(at('run')).sheetOf(2), sheets[2]);
    await exportRun({ run: at('run'), out: at('two'), checkpoint: 2 });
    expect(await readFile(at('two', 'samples.png'))).toEqual(sheets[2]);
    await exportRun({ run: at('run'), out: at('four') });
    expect(await stat(at('four', 'samples.png')).catch(() => null)).toBe(null);
  });

  it('leaves no folder when training and ONNX differ', async () => {
    const state = plan.step.initialState(plan.initialParameters());
    // A NaN weight makes both sides NaN, which passes no comparison.
    state.get('ema.conv_in.weight')!.fill(Number.NaN);
    await save(6, state);
    await expect(exportRun({ run: at('run'), out: at('broken') })).rejects.toThrow(
      /must be at most 0.0001, received .*Nothing was written/,
    );
    expect((await readdir(folder)).filter((name) => name.includes('broken'))).toEqual([]);
    await rm(join(runPaths(at('run')).checkpoints, checkpointName(6)), { recursive: true });
  });

  it('refuses a run that is none, before any work', async () => {
    await expect(exportRun({ run: at('nowhere'), out: at('x') })).rejects.toThrow(/Cannot read the run/);
    expect(await stat(at('x')).catch(() => null)).toBe(null);
  });
});
