/** A model of flow matching goes all the way: trained, continued, exported, made smaller, fused, sampled, served. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { createServer } from '#server/index.ts';
import { expectClose } from '#test/compare.ts';
import { temporaryFolder, writeGrayPictures } from '#test/pictures/images.ts';
import { refusal, runCli, trainTiny } from '#test/run-cli.ts';
import { ask, IMAGES } from '#test/server.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const FLOW = ['--prediction', 'flow', '--scheduler.shift', '3', '--timestep-sampling', 'logit_normal'];
let pictures: string;

const ok = async (...args: string[]) => {
  const result = await runCli(...args);
  expect(result, args.join(' ')).toMatchObject({ code: 0 });
  return result.stdout;
};
const readJson = async (path: string) => JSON.parse(await readFile(at(path), 'utf8'));

beforeAll(async () => {
  pictures = await writeGrayPictures(at('pictures'));
  const settings = [...FLOW, '--steps', '3', '--lr', '0.003', '--cache-dir', at('cache')];
  expect(await trainTiny(pictures, at('run'), ...settings)).toMatchObject({ code: 0 });
  await ok('export', '--run', at('run'), '--out', at('model'));
}, 120_000);

describe('a model of flow matching', () => {
  it('is written with the class of diffusers, and a time table that ends at pure noise', async () => {
    expect(await readJson('model/scheduler/scheduler_config.json')).toEqual({
      _class_name: 'FlowMatchEulerDiscreteScheduler',
      _diffusers_version: '0.42.1',
      invert_sigmas: false,
      num_train_timesteps: 1000,
      shift: 3,
      shift_terminal: null,
      use_beta_sigmas: false,
      use_exponential_sigmas: false,
      use_karras_sigmas: false,
    });
    expect(await readJson('model/unet/config.json')).toMatchObject({ num_train_timesteps: 1001 });
    const index = await readJson('model/model_index.json');
    expect(index.scheduler).toEqual(['diffusers', 'FlowMatchEulerDiscreteScheduler']);
    const card = await readFile(at('model/README.md'), 'utf8');
    expect(card).toContain('predicts the velocity u of flow matching (`flow_prediction`) over 1000 timesteps.');
    expect(card).toContain('timesteps are numbers from 0 to 1000, whole or not');
  });

  it('goes on where it stopped, and not with another target', async () => {
    const more = ['--resume', '--out', at('run'), '--steps', '4'];
    const other = await refusal(runCli('train', ...more, '--prediction', 'v'));
    expect(other).toContain('must be "flow_prediction" as in its checkpoint, received "v_prediction"');
    expect(await refusal(runCli('train', ...more, '--scheduler.shift', '1'))).toContain('scheduler.shift must be 3');
    expect((await ok('train', ...more)).trim()).toContain('4 steps');
  });

  it.each(['ddim', 'euler', 'euler_ancestral', 'heun', 'dpmpp_2m', 'dpmpp_3m', 'dpmpp_2m_sde', 'unipc'])(
    'is sampled by %s, from noise, from a picture and around a mask',
    async (sampler) => {
      const model = await loadModel(at('model'), { device: 'cpu' });
      const base = { count: 2, steps: 4, seed: 5, sampler: sampler as 'euler' };
      const { images } = await model.sample(base);
      expect(images.every(Number.isFinite)).toBe(true);
      const from = new Float32Array(64).fill(0.5);
      const mask = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? 1 : 0));
      const filled = await model.sample({ ...base, count: 1, from, mask });
      expect(filled.images.subarray(32)).toEqual(from.subarray(32));
      const drawn = await model.sample({ ...base, count: 1, from, strength: 0.5 });
      expect(drawn.images).not.toEqual(filled.images);
      await model.dispose();
    },
  );

  describe('in another form', () => {
    const sampled = async (path: string, more: object = {}) => {
      const model = await loadModel(at(path), { device: 'cpu', ...more });
      const { images } = await model.sample({ count: 2, steps: 5, seed: 3, sampler: 'heun' });
      await model.dispose();
      return images;
    };

    it.each([
      ['float16', 1e-4],
      ['int8-weights', 1e-3],
      ['int8', 3e-3],
    ])(
      'is smaller in %s',
      async (format, absolute) => {
        await ok('convert', '--model', at('model'), '--format', format, '--drift', '1', '--out', at(format));
        const images = await sampled(format);
        expectClose(images, await sampled('model'), { absolute, what: format });
        expect(await readJson(`${format}/scheduler/scheduler_config.json`)).toEqual(
          await readJson('model/scheduler/scheduler_config.json'),
        );
      },
      60_000,
    );

    it('is fused to the pictures of the network', async () => {
      expect(await ok('convert', '--model', at('model'), '--fuse', 'loop', '--out', at('fused'))).toContain('loop');
      expectClose(await sampled('fused', { fused: true }), await sampled('model'), { absolute: 1e-5, what: 'fused' });
    }, 60_000);
  });

  it('is served, and refuses the samplers that it has not', async () => {
    const server = await createServer({ models: { flow: at('model') } });
    const { status, json } = await ask(server, IMAGES, { body: { n: 1, seed: 3, steps: 3, sampler: 'euler' } });
    expect([status, json.data.length]).toEqual([200, 1]);
    const refused = await ask(server, IMAGES, { body: { n: 1, steps: 3, sampler: 'ddpm' } });
    expect([refused.status, refused.json.error.message]).toEqual([
      400,
      expect.stringContaining('sampler must be one of ddim, euler'),
    ]);
    const [sample, timestep] = [
      { shape: [1, 1, 8, 8], data: Array(64).fill(0) },
      { shape: [1], data: [1000] },
    ];
    const inputs = [
      { name: 'sample', datatype: 'FP32', ...sample },
      { name: 'timestep', datatype: 'FP32', ...timestep },
    ];
    const infer = (body: object) => ask(server, '/v2/models/flow/infer', { body });
    expect((await infer({ inputs })).status).toBe(200);
    inputs[1]!.data = [1001];
    expect((await infer({ inputs })).status).toBe(400);
    await server.close();
  });

  it('is the start of another run, and a model of v may become one', { tags: 'long' }, async () => {
    const more = ['--steps', '1', '--cache-dir', at('cache')];
    expect(await trainTiny(pictures, at('again'), '--init', at('model'), ...more)).toMatchObject({ code: 0 });
    const flow = { prediction_type: 'flow_prediction', shift: 3 };
    expect((await readJson('again/config.json')).scheduler).toMatchObject(flow);
    const v = [
      '--prediction',
      'v',
      '--scheduler.beta_schedule',
      'squaredcos_cap_v2',
      '--scheduler.clip_sample',
      'true',
    ];
    expect(await trainTiny(pictures, at('v'), ...v, ...more)).toMatchObject({ code: 0 });
    const away = trainTiny(pictures, at('away'), '--init', at('v'), '--prediction', 'flow', ...more);
    expect(await away).toMatchObject({ code: 0 });
    const { scheduler, model } = await readJson('away/config.json');
    expect(scheduler).toMatchObject({
      prediction_type: 'flow_prediction',
      beta_schedule: 'linear',
      clip_sample: false,
    });
    expect(model.num_train_timesteps).toBe(1001);
  });

  it('is written as a step for a tab', async () => {
    await ok('transfer', '--run', at('run'), '--to', 'tab', '--out', at('tab'));
    const { scheduler, files } = await readJson('tab/train/step.json');
    expect(scheduler).toMatchObject({ prediction_type: 'flow_prediction', shift: 3 });
    expect(files['model_index.json']).toContain('FlowMatchEulerDiscreteScheduler');
  });
});

describe('training by flow matching refuses', () => {
  it.each([
    [['--learn-schedule'], 'Cannot train by flow matching: --learn-schedule must be off'],
    [['--min-snr', '5'], 'Cannot train by flow matching: --min-snr must be off'],
    [['--sampler', 'ddpm'], 'Cannot train by flow matching: --sampler must be one of ddim, euler'],
    [['--scheduler.invert_sigmas', 'true'], 'Cannot train by flow matching: --scheduler.invert_sigmas must be false'],
    [['--scheduler.shift', '0'], 'shift must be a number above 0, received 0'],
    [
      ['--scheduler.rescale_betas_zero_snr', 'true'],
      'rescale_betas_zero_snr must be left out with prediction_type flow',
    ],
    [['--scheduler.beta_schedule', 'cosine'], 'beta_schedule must be left out with prediction_type flow_prediction'],
    [['--scheduler.use_dynamic_shifting', 'true'], 'use_dynamic_shifting must be false'],
    [
      ['--scheduler.prediction_type', 'epsilon'],
      '--prediction must be left out beside --scheduler.prediction_type epsilon',
    ],
  ])('%j', async (given, sentence) => {
    const args = ['--prediction', 'flow', ...given, '--steps', '1', '--cache-dir', at('cache')];
    expect(await refusal(trainTiny(pictures, at('none'), ...args))).toContain(sentence);
  });

  it('a flow beside another class, and shift without flow', async () => {
    const args = ['--steps', '1', '--cache-dir', at('cache')];
    const shift = trainTiny(pictures, at('none'), '--scheduler.shift', '3', ...args);
    expect(await refusal(shift)).toContain('shift must be left out without prediction_type flow_prediction');
  });
});
