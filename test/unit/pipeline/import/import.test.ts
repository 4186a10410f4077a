/** What can be wrong with a checkpoint: each is refused in a sentence, and nothing is written. */
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it, onTestFinished } from 'vitest';
import { importCheckpoint } from '#pipeline/import/import.ts';
import { loadModel } from '#runtime-node/index.ts';
import { readModelFolder } from '#runtime-node/model-folder.ts';
import { type CheckpointParts, tinyTensors, WEIGHTS, writeCheckpoint } from '#test/checkpoint.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';
import { says } from '#test/says.ts';
import { type SafetensorsEntry, writeSafetensors } from '#training/folder/safetensors.ts';

const root = temporaryFolder();
const at = (...parts: string[]) => join(root, ...parts);

/** Where one test may write a model. */
function place(name: string): string {
  onTestFinished(() => rm(at(name), { recursive: true, force: true }));
  return at(name);
}

let made = 0;
/** A new folder, with a checkpoint unless there are no parts. */
async function fresh(parts?: CheckpointParts): Promise<string> {
  const folder = at(`checkpoint-${made++}`);
  await mkdir(folder);
  return parts ? writeCheckpoint(folder, parts) : folder;
}

/** Refuses with the sentence, and leaves no trace of the folder to write or of the one that holds it. */
async function refuses(from: string, message: string, options: object = {}): Promise<void> {
  const out = at('out', 'model');
  const work = importCheckpoint({ from, out, ...options });
  await expect(work).rejects.toThrow(InputError);
  await expect(work).rejects.toThrow(says(message));
  expect(await readdir(root)).not.toContain('out');
}

const LINE = { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: 20, shift: 3 };
const readJson = async (folder: string, path: string) => JSON.parse(await readFile(join(folder, path), 'utf8'));

describe('importCheckpoint', () => {
  it('makes a model folder that samples, with the weights beside the network', async () => {
    const from = await fresh({ network: { num_class_embeds: 2 }, index: { id2label: { 0: 'cat', 1: 'dog' } } });
    await writeFile(join(from, 'README.md'), '---\nlicense: apache-2.0\ntags: [a]\n---\n# Cats\n');
    const out = place('made');
    const { parity, parameters, notes, sampler } = await importCheckpoint({ from, out });
    expect(parity.difference).toBeLessThan(1e-5);
    expect([parameters, notes, sampler]).toEqual([11_653, [], undefined]);
    const model = await loadModel(out, { device: 'cpu' });
    expect(model.classNames).toEqual(['cat', 'dog']);
    const { images } = await model.sample({ count: 2, steps: 3, seed: 1, labels: [0, 1] });
    expect(images.every(Number.isFinite)).toBe(true);
    await model.dispose();
    expect(await readFile(join(out, WEIGHTS))).toEqual(await readFile(join(from, WEIGHTS)));
    const card = await readFile(join(out, 'README.md'), 'utf8');
    expect(card).toContain('It was trained elsewhere and imported from checkpoint-');
    expect(card).toMatch(
      /- SHA-256 of its weights: `[0-9a-f]{64}`\n- classes: 0: cat, 1: dog\n- licence: apache-2.0\n/,
    );
  });

  it('leaves the weights out, and says which sampler the checkpoint was saved with', async () => {
    const from = await fresh({ scheduler: { _class_name: 'UniPCMultistepScheduler', solver_type: 'bh2' } });
    const out = place('without');
    expect(await importCheckpoint({ from, out, weights: false })).toMatchObject({ sampler: 'unipc' });
    expect((await readdir(join(out, 'unet'))).sort()).toEqual(['config.json', 'model.onnx']);
  });

  it('says which channels it takes for the sample, and takes those before it for a picture when told so', async () => {
    const network = { in_channels: 3, out_channels: 1 };
    const swap = (tensors: Map<string, SafetensorsEntry>) => {
      const { shape, data } = tensors.get('conv_in.weight')!;
      const values = data as Float32Array;
      // The picture's two channels, then the sample's.
      const from = (i: number) => (i % 3 === 2 ? i - 2 : i + 1);
      const swapped = values.map((_, i) => values[9 * from(Math.floor(i / 9)) + (i % 9)]!);
      tensors.set('conv_in.weight', { shape, data: swapped });
    };
    const [plain, swapped] = [await fresh({ network }), await fresh({ network, change: swap })];
    const first = await importCheckpoint({ from: plain, out: place('sample first') });
    expect(first.notes).toEqual([
      'Its network is told a picture beside the sample: the sample of 1 channel is taken to be first, and a picture of 2 channels after it. If it is the other way round, add --condition-first.',
    ]);
    const second = await importCheckpoint({ from: swapped, out: place('picture first'), conditionFirst: true });
    expect(second.notes).toEqual([
      'Its network is told a picture beside the sample: the picture of 2 channels is first, as --condition-first says, and the sample of 1 channel after it.',
    ]);
    const weights = (name: string) => readFile(join(at(name), WEIGHTS));
    expect(await weights('picture first')).toEqual(await weights('sample first'));
    expect(await weights('picture first')).not.toEqual(await readFile(join(swapped, WEIGHTS)));
    // Ours says what it is told.
    expect((await importCheckpoint({ from: at('picture first'), out: place('again') })).notes).toEqual([]);
    for (const from of [at('picture first'), await fresh({})]) {
      await refuses(from, '--condition-first must be left out, except for a network with more channels in than out', {
        conditionFirst: true,
      });
    }
  });

  it('goes on saying that a checkpoint comes of phantoms alone', async () => {
    const from = await fresh({ index: { trained_on: 'phantoms' } });
    const out = place('phantoms');
    await importCheckpoint({ from, out, weights: false });
    expect((await loadModel(out, { device: 'cpu' })).trainedOn).toBe('phantoms');
    const card = await readFile(join(out, 'README.md'), 'utf8');
    expect(card).toContain('- **trained on synthetic phantoms, drawn by a program, not pictures of people**\n');
    expect(card).toContain('- It learnt from synthetic phantoms: what it shows is no result on pictures of people.');
  });

  it('reads only the schedule of a scheduler whose sampler is not here, and says so', async () => {
    const scheduler = { _class_name: 'PNDMScheduler', beta_schedule: 'scaled_linear', skip_prk_steps: true };
    const from = await fresh({ scheduler });
    const out = place('pndm');
    const { notes } = await importCheckpoint({ from, out });
    expect(notes).toEqual([
      'Its sampler, PNDMScheduler, is not available here: only the noise schedule of its file is used.',
    ]);
    const written = await readJson(out, 'scheduler/scheduler_config.json');
    expect(written).toMatchObject({ beta_schedule: 'scaled_linear', clip_sample: false, num_train_timesteps: 20 });
  });

  it('takes a network of flow matching, with a time table that ends at pure noise', async () => {
    const from = await fresh({ scheduler: LINE });
    const out = place('line');
    expect(await importCheckpoint({ from, out })).toMatchObject({ sampler: 'euler', notes: [] });
    expect(await readJson(out, 'scheduler/scheduler_config.json')).toMatchObject(LINE);
    expect(await readJson(out, 'unet/config.json')).toMatchObject({ num_train_timesteps: 21 });
  });

  it('takes the line alone of a solver that is not here', async () => {
    const solver = { _class_name: 'DEISMultistepScheduler', use_flow_sigmas: true, flow_shift: 3 };
    const from = await fresh({
      scheduler: { ...solver, beta_schedule: 'scaled_linear', prediction_type: 'flow_prediction' },
    });
    const out = place('deis');
    const { notes } = await importCheckpoint({ from, out });
    expect(await readJson(out, 'scheduler/scheduler_config.json')).toMatchObject(LINE);
    expect(notes).toEqual([expect.stringContaining('DEISMultistepScheduler, is not available here')]);
  });

  it('finds the snapshot of a folder in the cache of the Hub, whose files are links', async () => {
    const cache = at('models--someone--cats');
    const snapshot = join(cache, 'snapshots', '0a1b');
    await mkdir(join(cache, 'snapshots'), { recursive: true });
    await mkdir(join(cache, 'refs'));
    await mkdir(join(cache, 'blobs'));
    await writeCheckpoint(snapshot);
    await writeFile(join(cache, 'refs', 'main'), '0a1b');
    await rename(join(snapshot, WEIGHTS), join(cache, 'blobs', 'c0ffee'));
    await symlink('../../../blobs/c0ffee', join(snapshot, WEIGHTS));
    const out = place('cached');
    await importCheckpoint({ from: cache, out });
    await loadModel(out, { device: 'cpu' }).then((model) => model.dispose());

    await rm(join(cache, 'blobs', 'c0ffee'));
    await refuses(cache, 'unet*safetensors: it is a link to ../../../blobs/c0ffee, which does not exist.');
    await refuses(root, 'it must be one model, received a cache of 1. Name one: *models--someone--cats');
    await writeFile(join(cache, 'refs', 'main'), 'ffff');
    await refuses(cache, 'must hold the snapshot ffff that refs/main names, received 0a1b.');
  });

  it('takes a file with its config beside it or named, and a folder of the network alone', {
    tags: 'long',
  }, async () => {
    const from = await fresh({});
    const out = place('alone');
    await importCheckpoint({ from: join(from, 'unet'), out });
    await importCheckpoint({ from: join(from, WEIGHTS), out });
    const file = at('alone.safetensors');
    await cp(join(from, WEIGHTS), file);
    onTestFinished(() => rm(file));
    await rm(out, { recursive: true });
    await refuses(file, 'there must be a config.json beside the weights*Name such a file with --config');
    const config = join(from, 'unet/config.json');
    await refuses(file, 'there must be a scheduler_config.json*--scheduler', { config });
    await refuses(file, '--config must be a file, received "*none"', { config: at('none') });
    const scheduler = join(from, 'scheduler/scheduler_config.json');
    await importCheckpoint({ from: file, out, config, scheduler });
  });
});

describe('importCheckpoint refuses', () => {
  it.each<[string, object, string]>([
    [
      'another class',
      { _class_name: 'UNet2DConditionModel' },
      'its network must be SimpleUnet or UNet2DModel, received "UNet2DConditionModel", a network steered by text or other embeddings.',
    ],
    ['an unknown key', { depth: 3 }, 'unknown key "depth"'],
    [
      'a block of score networks',
      { down_block_types: ['SkipDownBlock2D', 'DownBlock2D'] },
      'down_block_types must be a list of at least 1, each one of DownBlock2D',
    ],
    ['nine channels', { in_channels: 9, out_channels: 9 }, 'out_channels must be at most 8, received 9.'],
    [
      'a picture of nine',
      { in_channels: 10, out_channels: 1 },
      'in_channels must be at most 8 more than out_channels (1), received 10.',
    ],
    [
      'a learned variance',
      { out_channels: 2 },
      'out_channels must be in_channels (1), as a learned variance is not supported, received 2.',
    ],
    [
      'no size',
      { sample_size: null },
      'sample_size must be the size of the pictures, received none. Give it with --size.',
    ],
    [
      'a size of three sides',
      { sample_size: [4, 4, 4] },
      'sample_size must be an integer from 1 to 4096, or two of them',
    ],
  ])('a network with %s', async (_, config, message) => {
    await refuses(await fresh({ config }), message);
  });

  it('another --size than that of the config, but not where that has none', async () => {
    const from = await fresh({ config: { sample_size: null } });
    const out = place('sized');
    await importCheckpoint({ from, out, size: '8x4' });
    expect((await readModelFolder(out)).shape.slice(1)).toEqual([4, 8]);
    await refuses(from, '--size must be an integer from 1 to 4096, or width x height such as 96x64, received "8x".', {
      size: '8x' as never,
    });
    await refuses(await fresh({}), '--size must be left out or 4, the sample_size of its network, received 8.', {
      size: 8,
    });
  });

  it.each<[string, CheckpointParts, string]>([
    [
      'other noise',
      { scheduler: { _class_name: 'EDMEulerScheduler' } },
      `its scheduler must be one of DDPM's process or of flow matching, received "EDMEuler*by the noise.`,
    ],
    [
      'a scheduler that nobody knows',
      { scheduler: { _class_name: 'MyScheduler' } },
      '_class_name must be one of DDPMScheduler, *received "MyScheduler"*scheduler_config.json)',
    ],
    [
      "MONAI's flow matching, and says what makes it ours",
      { scheduler: { _class_name: undefined, _target_: 'monai.networks.schedulers.RFlowScheduler' } },
      'received "RFlowScheduler"*sign of weight and bias of conv_out',
    ],
    [
      'dynamic shifting',
      { scheduler: { ...LINE, use_dynamic_shifting: true } },
      'use_dynamic_shifting must be false (a shift that depends on the size',
    ],
    [
      'a pipeline of text',
      { index: { _class_name: 'LDMTextToImagePipeline', bert: ['latent_diffusion', 'LDMBertModel'] } },
      'as DDPMPipeline, * as LDMPipeline, received LDMTextToImagePipeline with bert.',
    ],
  ])('%s', async (_, parts, message) => {
    await refuses(await fresh(parts), message);
  });

  it('a folder to write that is the checkpoint, holds it or lies in it', async () => {
    const from = await fresh({});
    for (const out of [from, root, join(from, 'model')]) {
      await expect(importCheckpoint({ from, out })).rejects.toThrow('--out must be a folder apart from the checkpoint');
    }
    expect((await readdir(from)).sort()).toEqual(['model_index.json', 'scheduler', 'unet']);
  });
});

describe('importCheckpoint refuses files that', () => {
  const CONFIG = 'unet/config.json';
  const BIN = 'unet/diffusion_pytorch_model.bin';
  const moved =
    (...names: string[]) =>
    (from: string) =>
      Promise.all(names.map((name) => cp(join(from, WEIGHTS), join(from, name)))).then(() => rm(join(from, WEIGHTS)));
  const written = (path: string, content: string) => (from: string) => writeFile(join(from, path), content);

  it.each<[string, (from: string) => Promise<unknown>, string]>([
    ['are no JSON', written(CONFIG, '{"sample_size": 4'), 'Cannot read *config.json: it must be JSON'],
    ['are no object', written(CONFIG, '[]'), 'config.json: it must be a JSON object, received [].'],
    [
      'are two sets of weights',
      moved('unet/diffusion_pytorch_model.fp16.safetensors', 'unet/diffusion_pytorch_model.non_ema.safetensors'),
      'one set of weights, received *fp16.safetensors, *non_ema.safetensors. Name one: pipeline import *fp16.safetensors',
    ],
    [
      'are pickles, with the reason and what to do',
      moved(BIN),
      'received diffusion_pytorch_model.bin, a pickle, which is a program *safetensors.torch.save_file',
    ],
    ['are empty', written(WEIGHTS, ''), 'the file is truncated, it has 0 bytes'],
    [
      'point to other storage',
      written(WEIGHTS, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n'),
      'received a pointer of Git LFS. Fetch the file itself: git lfs pull.',
    ],
    ['are a web page', written(WEIGHTS, '<!doctype html>'), 'received a web page. Download the file again.'],
  ])('%s', async (_, spoil, message) => {
    const from = await fresh({});
    await spoil(from);
    await refuses(from, message);
  });

  it('are not there, with the command for a model of the Hub, or are something else', async () => {
    await refuses('someone/cats', 'received nothing of that name. *: hf download someone/cats --local-dir cats');
    const from = await fresh();
    await writeFile(join(from, 'thesis.tex'), '');
    await refuses(from, 'must hold diffusion_pytorch_model.safetensors, received thesis.tex.');
    await refuses(
      join(from, 'thesis.tex'),
      'must be the folder of a diffusers pipeline or a .safetensors file, received thesis.tex.',
    );
    await writeFile(join(from, 'model.onnx'), '');
    await refuses(from, 'received model.onnx alone. A folder that Onnoise wrote needs no import');
  });

  it('are shards of which one is missing, short of a tensor, or told twice', { tags: 'long' }, async () => {
    const from = await fresh({});
    const folder = join(from, 'unet');
    const tensors = [...tinyTensors()];
    await rm(join(from, WEIGHTS));
    const shard = (i: number) => `diffusion_pytorch_model-0000${i}-of-00002.safetensors`;
    const write = (i: number, part: [string, SafetensorsEntry][]) =>
      writeSafetensors(join(folder, shard(i)), new Map(part));
    const list = join(folder, 'diffusion_pytorch_model.safetensors.index.json');
    const map = Object.fromEntries(tensors.map(([name], i) => [name, shard(i < 9 ? 1 : 2)]));
    await write(1, tensors.slice(0, 9));
    await writeFile(list, JSON.stringify({ metadata: { total_size: 1 }, weight_map: map }));
    await refuses(from, 'its shard *00002-of-00002.safetensors must be beside it, received none. It holds * ');
    await write(2, tensors.slice(8));
    await refuses(from, 'its shards must hold each tensor once, received * twice.');
    await write(2, tensors.slice(10));
    await refuses(from, '00002-of-00002.safetensors must hold *, received a file without it.');
    await writeFile(list, JSON.stringify({ weight_map: { a: '../../secret.safetensors' } }));
    await refuses(from, 'weight_map must give each tensor a .safetensors file beside it, received "../../secret');
    await writeFile(list, '{"weight_map"');
    await refuses(from, 'weight_map must name the file of each tensor.');
  });
});

describe('importCheckpoint refuses weights that', () => {
  it.each<[string, CheckpointParts, string]>([
    [
      'lack a tensor',
      { change: (tensors) => tensors.delete('conv_out.bias') },
      'received others: conv_out.bias [1] is missing.',
    ],
    [
      'have one too many',
      { change: (tensors) => tensors.set('lora.weight', { shape: [1], data: Float32Array.of(1) }) },
      "lora.weight [1] is not one of the network's.",
    ],
    [
      'are of another width',
      { config: { block_out_channels: [4, 16] } },
      'down_blocks.1.* has [*(and * more). In *config.json: block_out_channels is [4, 16], but the tensors are of [4, 8].',
    ],
    [
      'have classes that the config does not',
      { network: { num_class_embeds: 5 }, config: { num_class_embeds: null } },
      "class_embedding.weight [5, 16] is not one of the network's. In *: num_class_embeds is null, but the tensors are of 5.",
    ],
    [
      'have attention elsewhere',
      { config: { down_block_types: ['AttnDownBlock2D', 'DownBlock2D'] } },
      'In *: down_block_types is ["AttnDownBlock2D", "DownBlock2D"], but the tensors are of ["DownBlock2D", "AttnDownBlock2D"].',
    ],
    [
      'have more layers',
      { network: { layers_per_block: 2 }, config: { layers_per_block: 1 } },
      ': layers_per_block is 1, but the tensors are of 2.',
    ],
    [
      'scale and shift by the time',
      { network: { resnet_time_scale_shift: 'scale_shift' }, config: { resnet_time_scale_shift: 'default' } },
      'resnet_time_scale_shift is "default", but the tensors are of "scale_shift".',
    ],
    [
      'are not finite',
      { change: (tensors) => (tensors.get('conv_in.bias')!.data as Float32Array).fill(Number.NaN, 2) },
      'conv_in.bias must hold finite numbers, received NaN.',
    ],
    [
      'are whole numbers',
      { change: (tensors) => tensors.set('conv_in.bias', { shape: [4], data: new Int32Array(4) }) },
      'conv_in.bias must hold floating-point numbers, received integers.',
    ],
  ])('%s', async (_, parts, message) => {
    await refuses(await fresh(parts), message);
  });
});

describe('pipeline import', () => {
  it('says what it made, in words and as JSON, and how it is used', async () => {
    const from = await fresh({ scheduler: { _class_name: 'HeunDiscreteScheduler' } });
    const out = place('told #1');
    const told = await runCli('import', from, '--out', out);
    expect(told).toMatchObject({ code: 0 });
    expect(told.stdout).toMatch(
      /^Weights: 11,621\nLargest difference between tfjs and ONNX: .*\nModel: .*told #1\nTry: pipeline sample --model (['"])\S+told #1\1 --sampler heun\n$/,
    );
    const { stdout } = await runCli('import', from, '--out', out, '--no-weights', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      from,
      folder: out,
      sampler: 'heun',
      parity: { largest: expect.any(Number) },
    });
    expect(await runCli('import', '--out', out)).toMatchObject({ code: 2 });
  });
});
