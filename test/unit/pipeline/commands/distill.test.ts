/** From a model of many calls to a student of few, and what a student refuses. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileSampler, parseSchedulerConfig } from '#scheduler/index.ts';
import { expectClose } from '#test/compare.ts';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { refusal, runCli, trainTiny } from '#test/run-cli.ts';
import { readTrainedOn } from '#training/folder/training-file.ts';

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const CACHE = ['--cache-dir', at('cache')];
const teacher = (name: string, ...args: string[]) =>
  trainTiny(
    at('images'),
    at(name),
    ...CACHE,
    ...['--steps', '6', '--label-dropout', '0.5', '--scheduler.num_train_timesteps', '64'],
    ...args,
  );
const distill = (model: string, calls: number, out: string, ...args: string[]) =>
  runCli(
    ...['distill', '--model', at(model), '--calls', String(calls), '--out', at(out), '--run', at('runs', out)],
    ...['--steps', '16', '--batch', '2', '--sample-count', '2', ...CACHE, ...args],
  );
const sample = (model: string, ...args: string[]) =>
  runCli('sample', '--model', at(model), '--out', at('sheet.png'), ...args);
const json = (...names: string[]) => JSON.parse(readFileSync(at(...names), 'utf8'));
const lossesOf = (...names: string[]) =>
  readFileSync(at(...names, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).loss as number);

beforeAll(async () => {
  const pictures = (kind: string, top: boolean) =>
    Object.fromEntries(
      [1, 2, 3, 4].map((w) => [`${kind}/${w}.png`, grayPicture(8, 8, (x, y) => ((top ? y : x) < w ? 230 : 20))]),
    );
  await writeFiles(at('images'), { ...pictures('left', false), ...pictures('top', true) });
  expect(await teacher('teacher', '--scheduler.prediction_type', 'v_prediction')).toMatchObject({ code: 0 });
  expect(await runCli('export', '--run', at('teacher'), '--out', at('model'))).toMatchObject({ code: 0 });
  expect(await distill('model', 1, 'student')).toMatchObject({ code: 0 });
});

describe('a student', () => {
  test('says what it is, and what Python needs to know', () => {
    expect(json('student', 'model_index.json')).toMatchObject({ distilled: { calls: 1, guidance: 1.3 } });
    expect(json('student', 'scheduler', 'scheduler_config.json')).toMatchObject({
      _class_name: 'DDIMScheduler',
      timestep_spacing: 'trailing',
    });
    expect(json('model', 'model_index.json')).not.toHaveProperty('distilled');
    expect(readFileSync(at('student', 'README.md'), 'utf8')).toContain('pipe(class_labels=0).images[0]');
  });

  test('learns in a run, from pictures that its teacher draws', async () => {
    const { training, scheduler } = json('runs', 'student', 'config.json');
    expect(training).toMatchObject({
      init: at('model'),
      calls: 1,
      teacherCalls: 10,
      teacherIsStudent: false,
      teacherGuidance: 1.3,
      steps: 16,
    });
    expect(scheduler).toMatchObject({ timestep_spacing: 'trailing' });
    expect(existsSync(at('runs', 'student', 'samples.png'))).toBe(true);
    expect(readFileSync(at('runs', 'student', 'validation.jsonl'), 'utf8')).toBe('');
    // They are large, and are made again for a run that goes on.
    expect(existsSync(at('runs', 'student', 'lessons'))).toBe(false);
  });

  test('has seen no images but those of its teacher, so evaluation may look for copies', async () => {
    expect((await readTrainedOn(at('student')))!.start).toBeUndefined();
    expect(json('student', 'training.json').start.images).toContain(json('model', 'training.json').data.hash);
  });

  test('draws in its calls, without being asked', async () => {
    const { code, stdout } = await sample('student', '--count', '2', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sampler: 'ddim', steps: 1 });
    expect(JSON.parse(stdout)).not.toHaveProperty('guidance');
  });

  test('refuses what it does not know', async () => {
    expect(await refusal(sample('student', '--steps', '20'))).toContain(
      'steps must be 1 or left out, as this model was distilled to draw in 1 call, received 20',
    );
    expect(await refusal(sample('student', '--sampler', 'dpmpp_2m'))).toContain('sampler must be ddim or left out');
    expect(await refusal(sample('student', '--guidance', '2'))).toContain(
      'guidance must be left out or 1, as this model has a guidance of 1.3 built in, received 2',
    );
    expect(
      await refusal(runCli('anomaly', '--model', at('student'), '--data', at('images'), '--out', at('found'))),
    ).toContain(
      `--model must be a model that knows all timesteps, such as the teacher of ${at('student')}, received a student of 1 call.`,
    );
  });

  test('is one still where diffusers saved it and it comes back', async () => {
    expect(await runCli('import', at('student'), '--out', at('imported'))).toMatchObject({ code: 0 });
    expect(json('imported', 'model_index.json')).toMatchObject({ distilled: { calls: 1, guidance: 1.3 } });
    expect(json('imported', 'scheduler', 'scheduler_config.json')._class_name).toBe('DDIMScheduler');
  });

  test('teaches one of fewer calls, and no other', { tags: 'long' }, async () => {
    expect(await distill('model', 4, 'four')).toMatchObject({ code: 0 });
    expect(await distill('four', 2, 'two')).toMatchObject({ code: 0 });
    expect(json('two', 'model_index.json')).toMatchObject({ distilled: { calls: 2, guidance: 1.3 } });
    expect(json('runs', 'two', 'config.json').training).toMatchObject({ teacherCalls: 4, teacherIsStudent: true });
    expect(await refusal(distill('four', 4, 'again'))).toContain('--calls must be a divisor of 4, and less');
    expect(await refusal(distill('four', 3, 'third'))).toContain('--calls must be a divisor of 4');
  });
});

describe('a teacher of flow matching', () => {
  beforeAll(async () => {
    // Its own steps are uneven in every way.
    const line = ['--prediction', 'flow', '--scheduler.shift', '3', '--scheduler.use_karras_sigmas', 'true'];
    expect(await teacher('straight', ...line)).toMatchObject({ code: 0 });
    expect(await distill('straight', 4, 'straight-4')).toMatchObject({ code: 0 });
  });

  test.each([
    [4, 'straight-4', []],
    [2, 'straight-2', ['straight-4']],
    [1, 'straight-1', ['straight']],
  ])('has a student of %d calls that are evenly spaced', { tags: 'long' }, async (calls, student, teachers) => {
    for (const each of teachers) expect(await distill(each, calls, student)).toMatchObject({ code: 0 });
    expect(json(student, 'model_index.json')).toMatchObject({
      distilled: { calls, guidance: 1.3 },
      scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'],
    });
    const written = json(student, 'scheduler', 'scheduler_config.json');
    expect(written).toMatchObject({ shift: 1, shift_terminal: calls === 1 ? null : 1 / calls });
    const { rows } = compileSampler(parseSchedulerConfig(written), { sampler: 'ddim', steps: calls });
    expectClose(
      rows.map(({ timestep }) => timestep),
      Array.from({ length: calls }, (_, i) => 64 - (64 / calls) * i),
      { absolute: 1e-4, what: 'timesteps' },
    );
    const { code, stdout } = await sample(student, '--count', '2', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ sampler: 'ddim', steps: calls })]);
    expect(await refusal(sample(student, '--spacing', 'linspace'))).toContain('spacing must be model or left out');
  });
});

test('a run that was stopped goes on to the last bit', async () => {
  const run = (name: string) => at('runs', name);
  expect(await distill('model', 2, 'whole', '--checkpoint-every', '4')).toMatchObject({ code: 0 });
  expect(await distill('model', 2, 'halves', '--checkpoint-every', '4')).toMatchObject({ code: 0 });
  for (const last of ['step-00000016', 'step-00000012'])
    rmSync(join(run('halves'), 'checkpoints', last), { recursive: true });
  rmSync(at('halves'), { recursive: true });
  // The end of the run holds where none is given.
  const again = ['distill', '--model', at('model'), '--calls', '2', '--out', at('halves'), '--run', run('halves')];
  expect(await runCli(...again, '--resume')).toMatchObject({ code: 0 });
  expect(lossesOf('runs', 'halves')).toEqual(lossesOf('runs', 'whole'));
  const weights = (name: string) => readFileSync(at(name, 'unet', 'diffusion_pytorch_model.safetensors'));
  expect(weights('halves').equals(weights('whole'))).toBe(true);
});

test('what the teacher drew serves a resume with other weights, where it is kept', async () => {
  const lessons = at('runs', 'kept', 'lessons');
  const kept = () => readdirSync(lessons).map((name) => [name, statSync(join(lessons, name)).mtimeMs]);
  expect(await distill('model', 2, 'kept', '--keep-lessons')).toMatchObject({ code: 0 });
  const drawn = kept();
  expect(drawn).not.toHaveLength(0);
  const again = ['distill', '--model', at('model'), '--calls', '2', '--out', at('kept'), '--run', at('runs', 'kept')];
  const other = ['--steps', '20', '--conditional', '0.001'];
  expect(await runCli(...again, ...other, '--resume', '--keep-lessons')).toMatchObject({ code: 0 });
  expect(kept()).toEqual(drawn);
  expect(lossesOf('runs', 'kept')).toHaveLength(20);
  expect(await refusal(runCli(...again, '--guidance', '2', '--resume'))).toContain(
    '(--guidance) must be 1.3 as in its checkpoint, received 2',
  );
  expect(await runCli(...again, '--steps', '24', '--resume')).toMatchObject({ code: 0 });
  expect(existsSync(lessons)).toBe(false);
});

test('images that are not those of the teacher are taken, and said', { tags: 'long' }, async () => {
  await writeFiles(at('others'), {
    ...Object.fromEntries(
      [1, 2, 3, 4].flatMap((w) => [
        [`left/${w}.png`, grayPicture(8, 8, (x) => (x < w ? 30 : 200))],
        [`top/${w}.png`, grayPicture(8, 8, (_, y) => (y < w ? 30 : 200))],
      ]),
    ),
  });
  const { code, stderr } = await distill('model', 1, 'elsewhere', '--data', at('others'));
  expect(code).toBe(0);
  expect((await readTrainedOn(at('elsewhere')))!.start).toBe(at('model'));
  expect(stderr).toContain(
    `The student learns with images from ${at('others')}; its teacher learnt from ${at('images')}.`,
  );
});

describe('what cannot be distilled', () => {
  test('a teacher that predicts the noise', async () => {
    expect(await teacher('noise')).toMatchObject({ code: 0 });
    expect(await refusal(distill('noise', 2, 'from-noise'))).toContain(
      'the teacher\'s prediction_type must be v_prediction, sample or flow_prediction: from pure noise, where few calls begin, a predicted epsilon says nothing of the picture, received "epsilon"',
    );
    expect(existsSync(at('runs', 'from-noise'))).toBe(false);
  });

  test('into no folder, and with a guidance out of range', async () => {
    const line = ['distill', '--model', at('model')];
    expect(await refusal(runCli(...line))).toContain(
      '--out must be the model folder to write, as --out out/few, received nothing',
    );
    expect(await refusal(runCli(...line, '--out', at('none'), '--guidance', '99'))).toContain(
      '--guidance must be a number from 0 to 20, received 99',
    );
  });

  test('no calls, too many, and a folder that is no model', async () => {
    expect(await refusal(distill('model', 0, 'none'))).toContain('--calls must be an integer from 1 to 16, received 0');
    expect(await refusal(distill('model', 32, 'none'))).toContain(
      '--calls must be an integer from 1 to 16, received 32',
    );
    expect(await refusal(distill('images', 4, 'none'))).toContain('its scheduler/scheduler_config.json is missing');
  });

  test('into a run that is there, without being told to go on', async () => {
    expect(await refusal(distill('model', 4, 'student'))).toContain('Add --resume to continue it');
  });
});
