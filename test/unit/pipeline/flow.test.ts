/** A model of flow matching goes all the way: trained, continued, exported, made smaller, fused, sampled, served. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { createServer } from '#server/index.ts';
import { temporaryFolder, writeGrayPictures } from '#test/pictures/images.ts';
import { done, refusal, refuses, runCli, trainTiny } from '#test/run-cli.ts';
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
  await done(trainTiny(pictures, at('run'), ...settings));
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
    await refuses(runCli('train', ...more, '--scheduler.shift', '1'), 'scheduler.shift must be 3');
    expect((await ok('train', ...more)).trim()).toContain('4 steps');
  });

  it('is sampled from noise, from a picture and around a mask', async () => {
    const model = await loadModel(at('model'), { device: 'cpu' });
    const base = { count: 1, steps: 4, seed: 5 };
    const from = new Float32Array(64).fill(0.5);
    const mask = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? 1 : 0));
    const filled = await model.sample({ ...base, from, mask });
    expect(filled.images.subarray(32)).toEqual(from.subarray(32));
    const others = [{ ...base, from, strength: 0.5 }, base];
    for (const options of others) expect((await model.sample(options)).images).not.toEqual(filled.images);
    await model.dispose();
  });

  it('is served, and refuses the samplers that it has not', async () => {
    const server = await createServer({ models: { flow: at('model') } });
    const refused = await ask(server, IMAGES, { body: { n: 1, steps: 3, sampler: 'ddpm' } });
    expect([refused.status, refused.json.error.message]).toEqual([
      400,
      expect.stringContaining('sampler must be one of ddim, euler'),
    ]);
    const sample = { name: 'sample', datatype: 'FP32', shape: [1, 1, 8, 8], data: Array(64).fill(0) };
    for (const [data, status] of [
      [[1000], 200],
      [[1001], 400],
    ]) {
      const inputs = [sample, { name: 'timestep', datatype: 'FP32', shape: [1], data }];
      expect((await ask(server, '/v2/models/flow/infer', { body: { inputs } })).status).toBe(status);
    }
    await server.close();
  });

  it('is the start of another run, and a model of v may become one', { tags: 'long' }, async () => {
    const more = ['--steps', '1', '--cache-dir', at('cache')];
    await done(trainTiny(pictures, at('again'), '--init', at('model'), ...more));
    const flow = { prediction_type: 'flow_prediction', shift: 3 };
    expect((await readJson('again/config.json')).scheduler).toMatchObject(flow);
    const v = ['--prediction', 'v', '--scheduler.beta_schedule', 'squaredcos_cap_v2'];
    await done(trainTiny(pictures, at('v'), ...v, ...more));
    const away = trainTiny(pictures, at('away'), '--init', at('v'), '--prediction', 'flow', ...more);
    await done(away);
    const { scheduler, model } = await readJson('away/config.json');
    expect(scheduler).toMatchObject({ prediction_type: 'flow_prediction', beta_schedule: 'linear' });
    expect(model.num_train_timesteps).toBe(1001);
  });
});

it.each([
  ['--min-snr 5', 'Cannot train by flow matching: --min-snr must be off'],
  ['--sampler ddpm', 'Cannot train by flow matching: --sampler must be one of ddim, euler'],
  ['--scheduler.invert_sigmas true', 'Cannot train by flow matching: --scheduler.invert_sigmas must be false'],
  ['--scheduler.prediction_type epsilon', '--prediction must be left out beside --scheduler.prediction_type epsilon'],
])('training by flow matching refuses %s', async (typed, sentence) => {
  const args = ['--prediction', 'flow', ...typed.split(' '), '--steps', '1', '--cache-dir', at('cache')];
  await refuses(trainTiny(pictures, at('none'), ...args), sentence);
});
