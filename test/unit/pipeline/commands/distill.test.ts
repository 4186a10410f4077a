/** From a model of many calls to a student of few, and what a student refuses. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readTrainedOn } from '#base/folders/training-file.ts';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, refuses, runCli, trainTiny } from '#test/run-cli.ts';
import { readLines, type StepMetrics } from '#training/saved/metrics.ts';
import { runPaths } from '#training/saved/run-folder.ts';

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
const lossesOf = (run: string) =>
  readLines<StepMetrics>(runPaths(at('runs', run)).metrics).then((lines) => lines.map(({ loss }) => loss));

/** Four pictures of each class, of two levels. */
const pictures = (dark: number, light: number) =>
  Object.fromEntries(
    [1, 2, 3, 4].flatMap((w) => [
      [`left/${w}.png`, grayPicture(8, 8, (x) => (x < w ? light : dark))],
      [`top/${w}.png`, grayPicture(8, 8, (_, y) => (y < w ? light : dark))],
    ]),
  );

beforeAll(async () => {
  await writeFiles(at('images'), pictures(20, 230));
  await done(teacher('teacher', '--scheduler.prediction_type', 'v_prediction'));
  await done(runCli('export', '--run', at('teacher'), '--out', at('model')));
  await done(distill('model', 1, 'student'));
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

  test('learns in a run, from pictures that its teacher draws', () => {
    const { training } = json('runs', 'student', 'config.json');
    const teacher = { init: at('model'), teacherCalls: 10, teacherIsStudent: false, teacherGuidance: 1.3 };
    expect(training).toMatchObject({ ...teacher, calls: 1, steps: 16 });
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

  test('finds no anomalies', async () => {
    const found = runCli('anomaly', '--model', at('student'), '--data', at('images'), '--out', at('found'));
    await refuses(
      found,
      `--model must be a model that knows all timesteps, such as the teacher of ${at('student')}, received a student of 1 call.`,
    );
  });

  test('is one still where diffusers saved it and it comes back', async () => {
    await done(runCli('import', at('student'), '--out', at('imported')));
    expect(json('imported', 'model_index.json')).toMatchObject({ distilled: { calls: 1, guidance: 1.3 } });
    expect(json('imported', 'scheduler', 'scheduler_config.json')._class_name).toBe('DDIMScheduler');
  });

  test('teaches one of fewer calls, and no other', { tags: 'long' }, async () => {
    await done(distill('model', 4, 'four'));
    await done(distill('four', 2, 'two'));
    expect(json('two', 'model_index.json')).toMatchObject({ distilled: { calls: 2, guidance: 1.3 } });
    expect(json('runs', 'two', 'config.json').training).toMatchObject({ teacherCalls: 4, teacherIsStudent: true });
    await refuses(distill('four', 4, 'again'), '--calls must be a divisor of 4, and less');
  });
});

test('a teacher of flow matching has a student of calls that are evenly spaced', { tags: 'long' }, async () => {
  // Its own steps are uneven in every way.
  const line = ['--prediction', 'flow', '--scheduler.shift', '3', '--scheduler.use_karras_sigmas', 'true'];
  await done(teacher('straight', ...line));
  await done(distill('straight', 2, 'even'));
  expect(json('even', 'model_index.json')).toMatchObject({
    distilled: { calls: 2, guidance: 1.3 },
    scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'],
  });
  expect(json('even', 'scheduler', 'scheduler_config.json')).toMatchObject({ shift: 1, shift_terminal: 0.5 });
  const { code, stdout } = await sample('even', '--count', '2', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ sampler: 'ddim', steps: 2 })]);
});

test('a run that was stopped goes on to the last bit, with the lessons that it kept', async () => {
  const run = (...names: string[]) => at('runs', 'halves', ...names);
  const drawn = () => readdirSync(run('lessons')).map((name) => [name, statSync(run('lessons', name)).mtimeMs]);
  await done(distill('model', 2, 'whole', '--checkpoint-every', '4'));
  await done(distill('model', 2, 'halves', '--checkpoint-every', '4', '--keep-lessons'));
  const lessons = drawn();
  expect(lessons).not.toHaveLength(0);
  for (const last of ['step-00000016', 'step-00000012']) rmSync(run('checkpoints', last), { recursive: true });
  rmSync(at('halves'), { recursive: true });
  // The end of the run holds where none is given.
  const again = ['distill', '--model', at('model'), '--calls', '2', '--out', at('halves'), '--run', run(), '--resume'];
  await done(runCli(...again, '--keep-lessons'));
  expect(drawn()).toEqual(lessons);
  expect(await lossesOf('halves')).toEqual(await lossesOf('whole'));
  const weights = (name: string) => readFileSync(at(name, 'unet', 'diffusion_pytorch_model.safetensors'));
  expect(weights('halves').equals(weights('whole'))).toBe(true);
  // They serve another weighing, too, and leave without the option. What else lies there stays.
  writeFileSync(run('lessons', 'mine.txt'), '');
  await done(runCli(...again, '--steps', '20', '--conditional', '0.001'));
  expect(await lossesOf('halves')).toHaveLength(20);
  expect(readdirSync(run('lessons'))).toEqual(['mine.txt']);
  await refuses(runCli(...again, '--guidance', '2'), '(--guidance) must be 1.3 as in its checkpoint, received 2');
});

test('images that are not those of the teacher are taken, and said', { tags: 'long' }, async () => {
  await writeFiles(at('others'), pictures(200, 30));
  const { code, stderr } = await distill('model', 1, 'elsewhere', '--data', at('others'));
  expect(code).toBe(0);
  expect((await readTrainedOn(at('elsewhere')))!.start).toBe(at('model'));
  expect(stderr).toContain(
    `The student learns with images from ${at('others')}; its teacher learnt from ${at('images')}.`,
  );
});

describe('what cannot be distilled', () => {
  test('a teacher that predicts the noise', async () => {
    await done(teacher('noise'));
    await refuses(
      distill('noise', 2, 'from-noise'),
      'the teacher\'s prediction_type must be v_prediction, sample or flow_prediction: from pure noise, where few calls begin, a predicted epsilon says nothing of the picture, received "epsilon"',
    );
    expect(existsSync(at('runs', 'from-noise'))).toBe(false);
  });

  test('into no folder', async () => {
    await refuses(
      runCli('distill', '--model', at('model')),
      '--out must be the model folder to write, as --out out/few, received nothing',
    );
  });

  test('into a run that is there, without being told to go on', async () => {
    await refuses(distill('model', 4, 'student'), 'Add --resume to continue it');
  });
});
