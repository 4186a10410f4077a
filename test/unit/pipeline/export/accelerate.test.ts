import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeData } from '#pipeline/export/accelerate/data-file.ts';
import { checkKnown } from '#pipeline/export/accelerate/known-settings.ts';
import { eachLong } from '#test/each-long.ts';
import { grayPicture, temporaryFolder, writeFiles, writeGrayPictures } from '#test/pictures/images.ts';
import { done, refusal, refuses, runCli, trainTiny } from '#test/run-cli.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { readSafetensors } from '#training/folder/safetensors.ts';
import { resolveConfig } from '#training/settings/config.ts';

describe('writeData', () => {
  it('writes the images of more than a page, labels, normalised conditions and the split', async () => {
    const dataset = memoryDataset({ count: 600, size: 3, channels: 3, classes: 4, aged: true, heldOut: 7 });
    const path = join(temporaryFolder(), 'data.safetensors');
    const age = { name: 'age', mean: 10, std: 1.5, min: 10, max: 910 };
    await writeData(path, dataset, { labels: true, conditions: [age] });
    const { tensors } = await readSafetensors(path);
    const pixels = new Uint8Array(600 * 27);
    await dataset.read([...Array(600).keys()], pixels);
    expect(tensors.get('images')).toEqual({ shape: [600, 3, 3, 3], data: pixels });
    expect(tensors.get('labels')!.data).toEqual(dataset.labels);
    expect([...tensors.get('conditions')!.data.slice(0, 6)].map(Number)).toEqual([0, 1, 1, 1, 2, 1]);
    expect(tensors.get('validation')!.data).toEqual(Int32Array.from(dataset.validation));
    await writeData(path, dataset, { labels: false, conditions: [] }); // what the network is not told
    expect([...(await readSafetensors(path)).tensors.keys()].sort()).toEqual(['images', 'train', 'validation']);
  });
});

describe('checkKnown', () => {
  const model = { _class_name: 'UNet2DModel' };
  const checked = (training: object, network: object = {}, scheduler: Record<string, unknown> = {}) => {
    const settings = { data: { source: 'digits' }, training: { steps: 1, ...training } };
    const config = { ...settings, model: { ...model, ...network }, scheduler };
    return () => checkKnown('runs/x', resolveConfig([{ name: 'a test', config }]));
  };

  it('lets pass what the Python modules know', () => {
    const flow = { prediction_type: 'flow_prediction', shift: 3 };
    expect(checked({ timestepSampling: 'logit_normal', logitMean: 1, logitStd: 2 }, {}, flow)).not.toThrow();
  });

  it('names the setting that they do not know', () => {
    expect(checked({ optimizer: 'muon' })).toThrow('training.optimizer must be one of adam, adamw, received "muon"');
    expect(checked({ dpEpsilon: 3 })).toThrow(
      'training.dpEpsilon must be left out, since its Python knows no other, received 3',
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
  beforeAll(async () => {
    await writeGrayPictures(pictures);
    await done(trainTiny(pictures, run, '--steps', '2', '--cache-dir', cache));
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
    await done(runCli('train', '--resume', '--out', out, '--steps', '3'));
  });

  it('refuses a checkpoint that is not there, and images that are others now, and leaves nothing', async () => {
    const out = join(folder, 'refused');
    await refuses(exportTo(out, '--checkpoint', '1'), 'there is no checkpoint of step 1, only of 2');
    await rm(join(pictures, '3.png'));
    await refuses(exportTo(out), 'the images must be those that');
    expect((await readdir(folder)).filter((name) => /refused/.test(name))).toEqual([]);
  });
});

describe('pipeline transfer of a run with more than images', () => {
  const KINDS = [
    { what: 'is told a mask of each image', args: ['--masks'] },
    { what: 'draws a mask, too', args: ['--mask-role', 'output', '--masks'] },
    { what: 'is told a picture of each image', args: ['--condition-images'] },
  ];
  eachLong(KINDS, 'refuses one whose network $what, by its network, also where the files are gone', async (kind) => {
    const folder = temporaryFolder();
    const [run, pictures, beside] = ['run', 'pictures', 'beside'].map((name) => join(folder, name)) as Three;
    await writeGrayPictures(pictures);
    // Levels of the label maps: 0 and 1.
    const maps = Array.from({ length: 12 }, (_, i) => [`${i}.png`, grayPicture(8, 8, (x) => Number(x > 3))]);
    await writeFiles(beside, Object.fromEntries(maps));
    const cache = ['--cache-dir', join(folder, 'cache')];
    const trained = await trainTiny(pictures, run, '--steps', '1', ...cache, ...kind.args, beside);
    expect(trained.code, trained.stderr).toBe(0);
    for (const gone of [false, true]) {
      if (gone) await rm(beside, { recursive: true });
      for (const to of ['tab', 'accelerate']) {
        const said = await refusal(runCli('transfer', '--run', run, '--to', to, '--out', join(folder, 'refused')));
        expect(said).toContain(`its network must know images alone with --to ${to}, received one that ${kind.what}.`);
        expect(said).not.toMatch(/--masks|--condition-images/);
      }
    }
    expect(await readdir(folder)).not.toContain('refused');
  });
});

type Three = [string, string, string];
