/** Checkpoints of flow matching: of diffusers, of solvers that are not here, and of MONAI's RFlowScheduler. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { importCheckpoint } from '#pipeline/import/import.ts';
import { scheduleOfRflow } from '#pipeline/import/rflow.ts';
import { loadModel } from '#runtime-node/index.ts';
import { type CheckpointParts, writeCheckpoint } from '#test/checkpoint.ts';
import { expectClose } from '#test/compare.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const root = temporaryFolder();
let made = 0;
/** A checkpoint whose scheduler's file is this. */
async function checkpoint(scheduler: object, parts: CheckpointParts = {}): Promise<string> {
  const folder = join(root, `checkpoint-${made++}`);
  await mkdir(folder);
  await writeCheckpoint(folder, parts);
  await writeFile(join(folder, 'scheduler/scheduler_config.json'), JSON.stringify(scheduler));
  return folder;
}
const EULER = { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: 20, shift: 3 };
const readJson = async (folder: string, path: string) => JSON.parse(await readFile(join(folder, path), 'utf8'));

/** An import, and its picture of one seed in one step. */
async function imported(from: string) {
  const out = `${from}-model`;
  const { notes, sampler } = await importCheckpoint({ from, out });
  const model = await loadModel(out, { device: 'cpu' });
  const { images } = await model.sample({ count: 1, steps: 1, seed: 4, sampler: 'euler' });
  await model.dispose();
  return { out, notes, sampler, images };
}

describe('importCheckpoint', () => {
  it('takes a network of FlowMatchEulerDiscreteScheduler, with a time table that ends at pure noise', async () => {
    const { out, sampler, notes } = await imported(await checkpoint(EULER));
    expect([sampler, notes]).toEqual(['euler', []]);
    expect(await readJson(out, 'scheduler/scheduler_config.json')).toMatchObject(EULER);
    expect(await readJson(out, 'unet/config.json')).toMatchObject({ num_train_timesteps: 21 });
  });

  it('takes the line alone of a solver that is not here', async () => {
    const scheduler = {
      _class_name: 'DEISMultistepScheduler',
      beta_schedule: 'scaled_linear',
      flow_shift: 3,
      num_train_timesteps: 20,
      prediction_type: 'flow_prediction',
      use_flow_sigmas: true,
    };
    const { out, notes } = await imported(await checkpoint(scheduler));
    expect(await readJson(out, 'scheduler/scheduler_config.json')).toMatchObject(EULER);
    expect(notes).toEqual([expect.stringContaining('DEISMultistepScheduler, is not available here')]);
  });

  it("turns the velocity of MONAI's RFlowScheduler round, and says so", async () => {
    const rflow = {
      _target_: 'monai.networks.schedulers.RFlowScheduler',
      num_train_timesteps: 20,
      sample_method: 'logit-normal',
      use_discrete_timesteps: false,
    };
    const [turned, plain] = [
      await imported(await checkpoint(rflow)),
      await imported(await checkpoint({ ...EULER, shift: 1 })),
    ];
    expect(turned.notes).toEqual(['Its velocity points from noise to the picture: its last layer got the other sign.']);
    expect(await readJson(turned.out, 'scheduler/scheduler_config.json')).toMatchObject({ ...EULER, shift: 1 });
    // In one step a picture is z - u, and z + u where u is turned.
    const model = await loadModel(turned.out, { device: 'cpu' });
    const { latents } = await model.sample({ count: 1, steps: 1, seed: 4, sampler: 'euler', returnLatents: true });
    await model.dispose();
    const middle = turned.images.map((value, i) => (value + plain.images[i]!) / 2);
    expectClose(middle, latents!, { absolute: 1e-5, what: 'noise' });
    expect(turned.images).not.toEqual(plain.images);
  });

  it('refuses dynamic shifting', async () => {
    const from = await checkpoint({ ...EULER, use_dynamic_shifting: true });
    const work = importCheckpoint({ from, out: join(root, 'none') });
    await expect(work).rejects.toThrow('use_dynamic_shifting must be false (a shift that depends on the size');
  });
});

describe('scheduleOfRflow', () => {
  it('has the defaults of the class', () => {
    expect(scheduleOfRflow({ _target_: 'RFlowScheduler' }, 'it')).toEqual({
      _class_name: 'FlowMatchEulerDiscreteScheduler',
      num_train_timesteps: 1000,
    });
  });

  it.each([
    [{ use_timestep_transform: true }, 'use_timestep_transform must be false: it depends on the size of the pictures'],
    [{ steps_offset: 1 }, 'steps_offset must be 0, received 1'],
    [{ beta_start: 0.1 }, 'unknown key "beta_start"'],
  ])('refuses %j', (given, sentence) => {
    expect(() => scheduleOfRflow(given, 'it')).toThrow(InputError);
    expect(() => scheduleOfRflow(given, 'it')).toThrow(`Cannot import it: ${sentence}`);
  });
});
