/**
 * A project for accelerate, trained by two processes with gloo: the losses and the weights of `pipeline train`.
 * @module-tag long
 */
import { execFileSync } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, runCli } from '#test/run-cli.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';
import { loadCheckpoint } from '#training/saved/checkpoint.ts';
import { readLines, type StepMetrics, type ValidationMetrics } from '#training/saved/metrics.ts';
import { runPaths } from '#training/saved/run-folder.ts';

const [FIRST, LAST] = [5, 25];
const SHARDED = fileURLToPath(new URL('../../support/accelerate/sharded.py', import.meta.url));

const UNET = {
  data: { flip: true, rotate: 10, translate: 0.1, contrast: 0.2 },
  model: {
    _class_name: 'UNet2DModel',
    block_out_channels: [8, 16],
    layers_per_block: 1,
    norm_num_groups: 4,
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  },
  scheduler: { num_train_timesteps: 200, beta_schedule: 'squaredcos_cap_v2', prediction_type: 'v_prediction' },
  training: {
    loss: 'huber',
    huberDelta: 0.5,
    minSnr: 5,
    offsetNoise: 0.05,
    labelDropout: 0.2,
    batch: 4,
    accumulate: 2,
    lr: 2e-3,
    lrSchedule: 'cosine',
    warmupSteps: 3,
    weightDecay: 0.01,
    clipNorm: 0.5,
    emaDecay: 0.99,
  },
};
const TUTORIAL = {
  model: {
    _class_name: 'SimpleUnet',
    channels: [8, 16],
    time_emb_dim: 8,
    norm_type: 'group',
    norm_num_groups: 4,
    attention_levels: [1],
  },
  scheduler: { num_train_timesteps: 100 },
  training: { loss: 'l1', optimizer: 'adam', weightDecay: 0.01, batch: 6, lr: 1e-3, clipNorm: null, emaDecay: null },
};
const { minSnr: _, ...likeUnet } = UNET.training;
const FLOW = {
  ...UNET,
  scheduler: { num_train_timesteps: 200, prediction_type: 'flow_prediction', shift: 3 },
  training: { ...likeUnet, timestepSampling: 'logit_normal', logitMean: 0.5, logitStd: 1.2 },
};

/** Twelve pictures of 8 x 8 in folders of two classes, and a CSV that gives each an age. */
async function writePictures(folder: string): Promise<void> {
  const picture = (i: number) => grayPicture(8, 8, (x, y) => (20 * i + 8 * x + 4 * y) % 256);
  const names = Array.from({ length: 12 }, (_, i) => `${i % 2 === 0 ? 'even' : 'odd'}/${i}`);
  const csv = ['id,age', ...names.map((name, i) => `${name.split('/')[1]},${10 + i}`)].join('\n');
  await writeFiles(folder, {
    ...Object.fromEntries(names.map((name, i) => [`classes/${name}.png`, picture(i)])),
    ...Object.fromEntries(names.map((name, i) => [`aged/${name.split('/')[1]}.png`, picture(i)])),
    'aged.csv': csv,
  });
}

describe.each([
  ['of a U-Net of diffusers with classes', UNET, ['--data', 'classes']],
  ['of flow matching', FLOW, ['--data', 'classes']],
  [
    "of the tutorial's network with a number",
    TUTORIAL,
    ['--data', 'aged', '--csv', 'aged.csv', '--condition-columns', 'age'],
  ],
])('a project %s', skipBecause(lacksPython('accelerate')), (_, config, data) => {
  const folder = temporaryFolder();
  const [run, project] = [join(folder, 'run'), join(folder, 'project')];
  const python = (cwd: string, ...args: string[]) =>
    execFileSync(PYTHON, ['-m', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    });
  const launch = (...args: string[]) =>
    python(project, 'accelerate.commands.launch', '--config_file', 'ddp.yaml', ...args, 'train.py');

  beforeAll(async () => {
    await writePictures(folder);
    await writeFiles(folder, { 'config.json': JSON.stringify(config) });
    const paths = data.map((word) => (word.startsWith('--') || word === 'age' ? word : join(folder, word)));
    const common = ['--config', join(folder, 'config.json'), ...paths, '--size', '8'];
    const cache = ['--cache-dir', join(folder, 'cache')];
    const output = ['--steps', `${LAST}`, '--validation-share', '0.2', '--sample-steps', '2', '--sample-count', '1'];
    const often = ['--checkpoint-every', `${FIRST}`, '--keep', '9', '--sample-every', '10', '--engine', 'onnxruntime'];
    const trained = await runCli('train', ...common, ...cache, ...output, ...often, '--out', run);
    expect(trained).toMatchObject({ code: 0 });
    const exported = await runCli(
      'transfer',
      '--run',
      run,
      '--checkpoint',
      `${FIRST}`,
      '--to',
      'accelerate',
      '--out',
      project,
      '--json',
    );
    expect(exported).toMatchObject({ code: 0 });
    expect(JSON.parse(exported.stdout)).toMatchObject({ run, accelerate: project, step: FIRST });
    launch('--num_processes', '2');
  }, 600_000);

  const lines = async <T extends { step: number }>(file: 'metrics' | 'validation', key: keyof T) => {
    const [theirs, ours] = await Promise.all([project, run].map((each) => readLines<T>(runPaths(each)[file])));
    expect(theirs!.map(({ step }) => step)).toEqual(ours!.map(({ step }) => step));
    return [theirs!.map((line) => Number(line[key])), ours!.map((line) => Number(line[key]))] as const;
  };

  it('has the losses of pipeline train, twenty of them, to 1e-4', async () => {
    const [theirs, ours] = await lines<StepMetrics>('metrics', 'loss');
    expect(theirs.length).toBe(LAST);
    expectClose(theirs, ours, { absolute: 1e-4, what: 'losses' });
    expectClose(...(await lines<StepMetrics>('metrics', 'lr')), { absolute: 1e-12 });
    expectClose(...(await lines<StepMetrics>('metrics', 'gradNorm')), { relative: 1e-3, absolute: 0 });
    expectClose(...(await lines<ValidationMetrics>('validation', 'loss')), { absolute: 1e-4, what: 'held-out losses' });
  });

  it('ends with its weights, averages and moments, in its own form', async () => {
    const [theirs, ours] = await Promise.all(
      [project, run].map((each) => loadCheckpoint(join(runPaths(each).checkpoints, `step-000000${LAST}`))),
    );
    expect([...theirs!.state.keys()].sort()).toEqual([...ours!.state.keys()].sort());
    expect(theirs!.info).toMatchObject({ step: LAST, position: ours!.info.position, data: ours!.info.data });
    for (const [name, values] of ours!.state) {
      const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expectClose(theirs!.state.get(name)!, values, { absolute: 1e-3 * scale + 1e-7, what: name });
    }
  });

  it('comes back as a run: it is exported, and goes on here', async () => {
    const copy = join(folder, 'copy');
    await cp(project, copy, { recursive: true });
    await done(runCli('export', '--run', copy, '--out', join(folder, 'model')));
    const resumed = await runCli('train', '--resume', '--out', copy, '--steps', `${LAST + 1}`);
    expect(resumed).toMatchObject({ code: 0 });
    expect((await readLines<StepMetrics>(runPaths(copy).metrics)).map(({ step }) => step).at(-1)).toBe(LAST + 1);
  });

  it('comes back by pipeline import, and draws the pictures of that export', async () => {
    const imported = join(folder, 'imported');
    await done(runCli('import', join(project, 'model'), '--out', imported));
    const draw = async (path: string) => {
      const model = await loadModel(path, { device: 'cpu' });
      const conditions = Object.fromEntries(model.conditions.map(({ name }) => [name, 15]));
      const { images } = await model.sample({ count: 3, seed: 5, steps: 5, conditions });
      await model.dispose();
      return images;
    };
    expectClose(await draw(imported), await draw(join(folder, 'model')), { absolute: 1e-5, what: 'pictures' });
  });

  it('leaves a pipeline that diffusers loads, with its scheduler', () => {
    const script =
      'from diffusers import DiffusionPipeline\n' +
      'print(type(DiffusionPipeline.from_pretrained("model", trust_remote_code=True).scheduler).__name__)';
    const name = execFileSync(PYTHON, ['-c', script], { cwd: project, encoding: 'utf8', stdio: 'pipe' });
    expect(name.trim()).toBe(config === FLOW ? 'FlowMatchEulerDiscreteScheduler' : 'DDPMScheduler');
  });

  // One network shows it.
  if (config === UNET) {
    it('trains on from a finished run, by the command that the export and its README give', async () => {
      const finished = join(folder, 'finished');
      const exported = await runCli('transfer', '--run', run, '--to', 'accelerate', '--out', finished);
      const command = /accelerate launch (--config_file ddp.yaml --num_processes) 2 (train\.py --steps 50)/;
      const [, options, script] = command.exec(exported.stdout) ?? [];
      const readme = await readFile(join(finished, 'README.md'), 'utf8');
      expect(readme).toContain(`accelerate launch ${options} 8 ${script}\n`);
      expect(readme).toContain('after step 25, until the `--steps` that you give (the run is finished)');
      expect(readme).toContain('after step 25 it begins higher than it ended');
      python(finished, 'accelerate.commands.launch', ...`${options} 1 train.py --steps ${LAST + 2}`.split(' '));
      expect((await readLines<StepMetrics>(runPaths(finished).metrics)).map(({ step }) => step).at(-1)).toBe(LAST + 2);
    });

    it('goes on the same where its tensors are spread over processes (FSDP)', async () => {
      const spread = join(folder, 'spread');
      await cp(project, spread, { recursive: true });
      const out = python(spread, 'torch.distributed.run', '--nproc_per_node', '2', SHARDED);
      const { losses, held, difference } = JSON.parse(out.trim().split('\n').at(-1)!);
      expect(held[1]).toBeLessThan(0.6 * held[0]);
      expectClose([losses[1]], [losses[0]], { absolute: 1e-6, what: 'loss' });
      expect(difference).toBeLessThan(1e-6);
    });
  }

  it('has nothing left to do when it is started again, and says so in a sentence where it cannot begin', async () => {
    const before = await readFile(runPaths(project).metrics, 'utf8');
    expect(launch('--num_processes', '1')).toContain(
      `${LAST} steps are done, and no more are asked for. To train on, give more: --steps ${2 * LAST}\n`,
    );
    expect(await readFile(runPaths(project).metrics, 'utf8')).toBe(before);
    expect(() => launch('--num_processes', '5')).toThrow('must be divisible by the 5 processes');
  });
});
