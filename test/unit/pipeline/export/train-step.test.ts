import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readStepFile, STEP_FILES } from '#scheduler/training/index.ts';
import { temporaryFolder, writeGrayPictures } from '#test/pictures/images.ts';
import { done, refuses, runCli, trainTiny } from '#test/run-cli.ts';
import { readSafetensors } from '#training/folder/safetensors.ts';
import { loadCheckpoint } from '#training/saved/checkpoint.ts';

describe('pipeline transfer --to tab', () => {
  const folder = temporaryFolder();
  const run = join(folder, 'run');
  beforeAll(async () => {
    const pictures = await writeGrayPictures(join(folder, 'pictures'));
    const settings = ['--steps', '3', '--flip', '--lr', '0.003', '--cache-dir', join(folder, 'cache')];
    await done(trainTiny(pictures, run, ...settings));
  }, 60_000);

  it('writes the step of a run with its state beside the model, and again over it', { tags: 'long' }, async () => {
    const out = join(folder, 'model');
    for (let time = 0; time < 2; time++) {
      await done(runCli('transfer', '--run', run, '--to', 'tab', '--out', out));
    }
    expect((await readdir(join(out, 'train'))).sort()).toEqual([
      'denoiser.onnx',
      'state.safetensors',
      'step.json',
      'step.onnx',
    ]);
    const file = readStepFile(await readFile(join(out, STEP_FILES.step), 'utf8'));
    const { info, state } = await loadCheckpoint(join(run, 'checkpoints', 'step-00000003'));
    const { step, epoch, position, seconds, loss } = info;
    expect(file).toMatchObject({
      progress: { step, epoch, position, seconds, loss },
      batch: 2,
      shape: [1, 8, 8],
      flip: true,
      lr: { lr: 0.003, steps: 3 },
      data: info.data,
    });
    const { tensors } = await readSafetensors(join(out, STEP_FILES.state));
    expect(new Map([...tensors].map(([name, { data }]) => [name, data]))).toEqual(state);
    for (const path of ['model_index.json', 'scheduler/scheduler_config.json', 'unet/config.json']) {
      expect(JSON.parse(file.files[path]!)).toEqual(JSON.parse(await readFile(join(out, path), 'utf8')));
    }
    expect(file.files['unet/modeling_simple_unet.py']).toContain('class SimpleUnet');
  });

  it('writes the step of a preset alone, into an empty folder', async () => {
    const out = join(folder, 'preset');
    const made = await runCli('transfer', '--preset', 'tab', '--to', 'tab', '--out', out, '--json');
    expect([made.code, JSON.parse(made.stdout)]).toEqual([
      0,
      { preset: 'tab', folder: out, bytes: expect.any(Number) },
    ]);
    expect((await readdir(out)).sort()).toEqual(['files.sha256', 'train']);
    const file = readStepFile(await readFile(join(out, STEP_FILES.step), 'utf8'));
    expect(file).toMatchObject({ progress: { step: 0, loss: null }, data: null, classNames: Array.from('0123456789') });
    await writeFile(join(out, 'notes.txt'), 'mine');
    await refuses(
      runCli('transfer', '--preset', 'tab', '--to', 'tab', '--out', out),
      'with notes.txt, which would be lost',
    );
  });

  it.each([
    [['--to', 'tab', '--out', 'x'], '--run must name a run to continue, or --preset a preset, received nothing. Try:'],
    [['--to', 'tab', '--preset', 'tab'], '--out must be given'],
    [['--preset', 'tab', '--out', 'x'], '--to must be given'],
    [['--preset', 'tab', '--to', 'accelerate', '--out', 'x'], '--preset must come with --to tab: it has no run'],
    [['--preset', 'tab', '--to', 'tab', '--out', 'x', '--run', 'y'], '--run must be left out with --preset'],
    [
      ['--preset', 'tab', '--to', 'tab', '--out', 'x', '--checkpoint', '3'],
      '--checkpoint must be left out with --preset',
    ],
  ])('refuses %j', async (args, rule) => {
    await refuses(runCli('transfer', ...args), rule);
  });

  it('refuses a run that the tab could not go on with', async () => {
    const config = join(run, 'checkpoints', 'step-00000003', 'checkpoint.json');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace('"rotate": 0', '"rotate": 15'));
    const { code, stderr } = await runCli('transfer', '--run', run, '--to', 'tab', '--out', join(folder, 'none'));
    await writeFile(config, text);
    expect([code, stderr]).toEqual([2, expect.stringContaining('data.rotate must be 0 with --to tab, received 15.')]);
  });
});
