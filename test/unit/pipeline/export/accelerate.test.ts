import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeData } from '#pipeline/export/accelerate/data-file.ts';
import { checkKnown } from '#pipeline/export/accelerate/known-settings.ts';
import { temporaryFolder, writeGrayPictures } from '#test/pictures/images.ts';
import { refusal, runCli, trainTiny } from '#test/run-cli.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { readSafetensors } from '#training/folder/safetensors.ts';
import { resolveConfig } from '#training/settings/config.ts';

describe('writeData', () => {
  it('writes the images of more than a page, labels, normalised conditions and the split', async () => {
    const dataset = memoryDataset({ count: 600, size: 3, channels: 3, classes: 4, aged: true, heldOut: 7 });
    const path = join(temporaryFolder(), 'data.safetensors');
    await writeData(path, dataset, {
      labels: true,
      conditions: [{ name: 'age', mean: 10, std: 1.5, min: 10, max: 910 }],
    });
    const { tensors } = await readSafetensors(path);
    const pixels = new Uint8Array(600 * 27);
    await dataset.read(
      Array.from({ length: 600 }, (_, i) => i),
      pixels,
    );
    expect(tensors.get('images')).toEqual({ shape: [600, 3, 3, 3], data: pixels });
    expect(tensors.get('labels')).toEqual({ shape: [600], data: dataset.labels });
    expect(tensors.get('conditions')!.shape).toEqual([600, 2]);
    expect([...tensors.get('conditions')!.data.slice(0, 6)].map(Number)).toEqual([0, 1, 1, 1, 2, 1]);
    expect(tensors.get('validation')!.data).toEqual(Int32Array.from(dataset.validation));
    expect(tensors.get('train')!.data).toEqual(Int32Array.from(dataset.train));
  });

  it('leaves out what the network is not told', async () => {
    const path = join(temporaryFolder(), 'data.safetensors');
    await writeData(path, memoryDataset({ classes: 4, aged: true }), { labels: false, conditions: [] });
    expect([...(await readSafetensors(path)).tensors.keys()].sort()).toEqual(['images', 'train', 'validation']);
  });
});

describe('checkKnown', () => {
  const model = { _class_name: 'UNet2DModel' };
  const checked = (training: object, network: object = {}, scheduler: Record<string, unknown> = {}) => {
    const config = {
      data: { source: 'digits' },
      model: { ...model, ...network },
      scheduler,
      training: { steps: 1, ...training },
    };
    return () => checkKnown('runs/x', resolveConfig([{ name: 'a test', config }]));
  };

  it('lets pass what the Python modules know', () => {
    expect(checked({ optimizer: 'adam', minSnr: 5, labelDropout: 0.1 })).not.toThrow();
    const flow = { prediction_type: 'flow_prediction', shift: 3 };
    expect(checked({ timestepSampling: 'logit_normal', logitMean: 1, logitStd: 2 }, {}, flow)).not.toThrow();
  });

  it('names the setting that they do not know', () => {
    expect(checked({ optimizer: 'muon' })).toThrow('training.optimizer must be one of adam, adamw, received "muon"');
    expect(checked({ learnSchedule: true })).toThrow(
      'training.learnSchedule must be false, since its Python knows no other, received true',
    );
    expect(checked({}, { patch_size: 2 })).toThrow(
      'model.patch_size must be 1 (no other value is supported), received 2',
    );
    expect(checked({}, { class_pictures: true })).toThrow(
      'model.class_pictures must be false (no other value is supported), received true',
    );
  });
});

describe('pipeline transfer --to accelerate', () => {
  const folder = temporaryFolder();
  const [run, pictures, cache] = [join(folder, 'run'), join(folder, 'pictures'), join(folder, 'cache')];
  const train = (out: string, ...args: string[]) =>
    trainTiny(pictures, out, '--steps', '2', '--cache-dir', cache, ...args);
  beforeAll(async () => {
    await writeGrayPictures(pictures);
    expect(await train(run)).toMatchObject({ code: 0 });
  }, 600_000);
  const exportTo = (out: string, ...args: string[]) =>
    runCli('transfer', '--run', run, '--to', 'accelerate', '--out', out, ...args);

  it('writes the modules, two commands, the images and a run of one checkpoint', async () => {
    const out = join(folder, 'project');
    const { code, stdout } = await exportTo(out, '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, { run, accelerate: out, step: 2, imageBytes: expect.any(Number) }]);
    expect((await readdir(out)).sort()).toEqual(
      [
        ...['README.md', 'checkpoints', 'config.json', 'data.json', 'data.safetensors', 'ddp.yaml', 'fsdp.yaml'],
        ...['images.py', 'metrics.jsonl', 'model', 'network.py', 'objective.py', 'randomness.py', 'requirements.txt'],
        ...['state.py', 'train.py', 'validation.jsonl'],
      ].sort(),
    );
    expect(await readdir(join(out, 'checkpoints'))).toEqual(['step-00000002']);
    expect((await readdir(join(out, 'model', 'unet'))).sort()).toEqual([
      'config.json',
      'diffusion_pytorch_model.safetensors',
      'modeling_simple_unet.py',
    ]);
    const readme = await readFile(join(out, 'README.md'), 'utf8');
    expect(readme).toContain('pip install -r requirements.txt\naccelerate launch --config_file ddp.yaml');
    expect(readme).toContain('pipeline import model --out');
    // The run is finished, so its end would be no step at all.
    expect(readme).toContain('train.py --steps 4\n');
    // As a run it goes on here.
    expect(await runCli('train', '--resume', '--out', out, '--steps', '3')).toMatchObject({ code: 0 });
  });

  it.each([
    ['an option of export', ['--no-weights'], 'pipeline transfer has no option --no-weights'],
    ['an option of convert', ['--triton', 'x'], 'pipeline transfer has no option --triton'],
    ['a checkpoint that is not there', ['--checkpoint', '1'], 'there is no checkpoint of step 1, only of 2'],
  ])('refuses %s', async (_, args, message) => {
    const out = join(folder, 'refused');
    expect(await refusal(exportTo(out, ...args))).toContain(message);
    expect(await readdir(folder)).not.toContain('refused');
  });

  it('refuses to write without a run, or where there is something', async () => {
    const alone = await runCli('transfer', '--to', 'accelerate', '--out', join(folder, 'refused'));
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining('--run must name a run to continue') });
    const full = join(folder, 'full');
    await mkdir(full);
    await writeFile(join(full, 'mine.txt'), 'kept');
    expect(await refusal(exportTo(full))).toContain('received one with mine.txt');
    expect(await readdir(full)).toEqual(['mine.txt']);
  });

  it('refuses a learned schedule, and images that are others now, and leaves nothing', { tags: 'long' }, async () => {
    const learned = join(folder, 'learned');
    expect(await train(learned, '--learn-schedule')).toMatchObject({ code: 0 });
    const out = join(folder, 'refused');
    const refused = await runCli('transfer', '--run', learned, '--to', 'accelerate', '--out', out);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('training.learnSchedule must be false') });
    await rm(join(pictures, '3.png'));
    expect(await refusal(exportTo(out))).toContain('the images must be those that');
    expect((await readdir(folder)).filter((name) => /refused/.test(name))).toEqual([]);
  });
});
