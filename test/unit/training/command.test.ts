import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { barImages } from '#test/bars.ts';
import { writeIdx } from '#test/evaluate/grained.ts';
import { flatPicture, writeFiles } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';
import { LACKS_SIGINT, skipBecause } from '#test/skip.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';

const folder = temporaryFolder();
const configFile = join(folder, 'config.json');
const cache = join(folder, 'cache');

beforeAll(async () => {
  /** 40 images of 8 x 8 in MNIST's layout, with labels 0 and 1. */
  const source = await writeIdx(join(folder, 'idx'), barImages({ count: 40, classes: 2 }));
  const config = {
    data: { source, size: 8, cacheDir: cache },
    model: { _class_name: 'SimpleUnet', channels: [2, 4], time_emb_dim: 4, num_class_embeds: 2 },
    scheduler: { num_train_timesteps: 10, beta_schedule: 'cosine' },
    training: { steps: 4, batch: 4, lr: 0.01 },
    output: { sampleCount: 2 },
  };
  writeFileSync(configFile, JSON.stringify(config));
});

const train = (...args: string[]) => runCli('train', ...args);

const photos = join(folder, 'photos');

/** 20 pictures of two classes, one folder each, and a file that is no picture. */
async function writePhotos(): Promise<void> {
  const picture = (i: number) => [`${i % 2 ? 'female' : 'male'}/${i}.png`, flatPicture(8, 8, 10 * i, 100, 30)];
  await writeFiles(photos, {
    ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => picture(i))),
    'male/bad.png': 'no picture',
  });
}
beforeAll(writePhotos);

describe('pipeline train within the folder of its images', () => {
  it('goes on with the same images, and its own pictures never become some', { tags: 'long' }, async () => {
    const out = join(photos, 'runs', 'within');
    const own = ['--data', photos, '--model.num_class_embeds', '2', '--out', out];
    expect((await train('--config', configFile, ...own, '--steps', '2')).code).toBe(0);
    expect(existsSync(join(out, 'samples.png'))).toBe(true);
    const { code, stdout, stderr } = await train('--out', out, '--resume', '--steps', '4');
    expect([code, stderr]).toEqual([0, expect.stringContaining('Left out: runs/within (a run).')]);
    expect(stdout).toContain('Trained 4 steps');
    expect((await train('--out', out, '--resume')).stdout).toMatch(
      /^The run was already complete, after 4 steps in .* s\. Held-out loss/,
    );
    rmSync(join(photos, 'runs'), { recursive: true });
  });

  it('refuses the folder itself for its run', { tags: 'long' }, async () => {
    const { code, stderr } = await train('--config', configFile, '--data', photos, '--out', join(photos, '.'));
    expect([code, stderr]).toEqual([
      2,
      `Cannot write ${photos}: --out must not be the folder of the images, "${photos}", received "${photos}".\n`,
    ]);
    expect(readdirSync(photos).sort()).toEqual(['female', 'male']);
  });
});

describe('pipeline train --dry-run', () => {
  it("tells the tutorial's parameters, the memory and the disk, and makes nothing", async () => {
    const out = join(folder, 'dry');
    const { code, stdout } = await train('--preset', 'tutorial', '--out', out, '--batch', '2', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Settings: those of the preset tutorial, except\n {2}training\.batch 2 \(32\)\nImages: none/,
    );
    expect(stdout).toMatch(/^Model: SimpleUnet, 62,437,601 parameters, images of 1 x 64 x 64$/m);
    expect(stdout).toMatch(/^Estimated memory: [\d.]+ GiB \(state .*; this machine has .* of it free$/m);
    expect(stdout).toMatch(/^Checkpoints: 71\d MiB each, 3 are kept$/m);
    expect(existsSync(out)).toBe(false);
  });

  it('looks at the images and times some steps, and prepares and makes nothing', async () => {
    const unused = join(folder, 'unused');
    const own = ['--data', photos, '--cache-dir', unused, '--model.num_class_embeds', '2', '--epochs', '3'];
    const steps = ['--batch', '2', '--accumulate', '2'];
    const { code, stdout } = await train('--config', configFile, ...own, ...steps, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'Images: photos, 21 images, 2 classes (female, male); all of them checked: RGB, 1 skipped',
    );
    expect(stdout).toMatch(/^ {2}male\/bad\.png: /m);
    // Training uses 20 of the 21, two batches of 2 a step.
    expect(stdout).toMatch(
      /^Time: about .* for 15 steps and their pictures, .* s per step \(2 steps of 4 images were timed\)$/m,
    );
    expect(existsSync(unused)).toBe(false);
  });

  it('tells all of it as one line of JSON for programs', { tags: 'long' }, async () => {
    const { code, stdout } = await train('--config', configFile, '--dry-run', '--json');
    expect(code).toBe(0);
    const told = JSON.parse(stdout);
    expect(stdout.trim()).not.toContain('\n');
    expect(told).toMatchObject({ config: { training: { batch: 4 } }, images: { total: 40 }, steps: 4 });
    expect(told.seconds).toBeGreaterThan(0);
  });

  it('lets typed options override the settings below', async () => {
    const args = ['--lr', '0.5', '--clip-norm', 'off', '--flip', '--model.channels', '4,8', '--model.act_fn', 'silu'];
    const { code, stdout } = await train('--config', configFile, ...args, '--dry-run');
    expect(code).toBe(0);
    for (const line of [
      'training.lr 0.5 (0.0002)',
      'training.clipNorm null (1)',
      'data.flip true (false)',
      'model.channels [4,8] (none)',
      'model.act_fn "silu" (none)',
    ]) {
      expect(stdout.split('\n')).toContain(`  ${line}`);
    }
  });
});

describe('pipeline train on labelled images', () => {
  const openFile = join(folder, 'open.json');
  const own = ['--config', openFile, '--data', photos];
  const csv = join(folder, 'labels.csv');
  beforeAll(() => {
    const { model, ...rest } = JSON.parse(readFileSync(configFile, 'utf8'));
    const { num_class_embeds, ...open } = model;
    writeFileSync(openFile, JSON.stringify({ ...rest, model: open, training: { steps: 1, batch: 2 } }));
    const rows = Array.from({ length: 20 }, (_, i) => `${i},${i % 2 === 0},${'abc'[i % 3]}`);
    writeFileSync(csv, `id,male,hand\n${rows.join('\n')}\n`);
  });

  it('names the values of a column, with a number of each image; goes on so, and tells other names', {
    tags: 'long',
  }, async () => {
    const table = join(folder, 'bones.csv');
    const rows = Array.from({ length: 20 }, (_, i) => `${i},${12 + 9 * i},${i % 2 === 0 ? 'True' : 'False'}`);
    writeFileSync(table, `id,boneage,male\n${rows.join('\n')}\n`);
    const columns = ['--csv', table, '--label-column', 'male', '--condition-columns', 'boneage'];
    const out = join(folder, 'bones');
    const first = ['--label-dropout', '0.2', '--label-names', 'False=female,True=male', '--out', out];
    const { code, stderr } = await train(...own, ...columns, ...first);
    expect([code, stderr]).toEqual([0, expect.stringContaining('male" of bones.csv: female, male')]);
    expect(stderr).toMatch(/^ {2}boneage from 12 to 183, 97\.5 on average$/m);
    expect(stderr).toMatch(/conditional on 2 classes and boneage from 12 to 183 or on nothing$/m);
    const same = await train('--out', out, '--resume', '--steps', '2');
    expect([same.code, same.stderr]).toEqual([0, expect.not.stringContaining('--label-names was')]);
    const other = await train('--out', out, '--resume', '--steps', '3', '--label-names', 'False=girl,True=boy');
    expect(other.stderr).toContain(
      '--label-names was {"False":"female","True":"male"} and is now {"False":"girl","True":"boy"}.',
    );
    expect(await runCli('export', '--run', out, '--out', join(folder, 'renamed'))).toMatchObject({ code: 0 });
    const index = JSON.parse(readFileSync(join(folder, 'renamed/model_index.json'), 'utf8'));
    expect(index.id2label).toEqual({ 0: 'girl', 1: 'boy' });
  });

  it.each<[string, string[], RegExp]>([
    [
      'nothing to leave out',
      ['--model.num_class_embeds', 'null', '--label-dropout', '0.1'],
      /--label-dropout must be 0 /,
    ],
    [
      'a column that is no number',
      ['--csv', csv, '--condition-columns', 'hand'],
      /column "hand" of .* must have numbers, received none\./,
    ],
    ['other classes', ['--model.num_class_embeds', '7'], /--model\.num_class_embeds must be 2, .*received 7/],
    ['too large a batch', ['--batch', '21'], /--batch must be at most the .*20/],
  ])('refuses %s before it prepares the images', async (name, args, message) => {
    const unused = join(folder, `no ${name}`);
    const { code, stderr } = await train(...own, ...args, '--cache-dir', unused, '--out', join(folder, name));
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(existsSync(unused)).toBe(false);
  });
});

describe('pipeline train', () => {
  it('trains, says where everything is, and continues', async () => {
    const out = join(folder, 'run');
    const first = await train('--config', configFile, '--out', out);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain('Model: SimpleUnet, ');
    expect(first.stderr).toContain('conditional on 2 classes');
    expect(first.stdout).toMatch(/Trained 4 steps in .* Held-out loss/);
    expect(first.stderr).toMatch(/Training {2}100% {2}4\/4 steps .*drawing pictures, \d+ of \d+\n/);
    expect(readdirSync(out)).toContain('forming.webp');

    const refused = await train('--config', configFile, '--out', out);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('Add --resume to continue it');

    const continued = await train('--out', out, '--resume', '--steps', '6');
    expect(continued).toMatchObject({ code: 0 });
    expect(continued.stderr).toContain('Continuing after step 4.');
    expect(readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n').length).toBe(6);

    const other = await train('--preset', 'small', '--out', out, '--resume');
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toMatch(/Cannot continue .*: model\._class_name must be "SimpleUnet"/);
  });

  it.each<[string[], RegExp]>([
    [['--model.num_class_embeds', '9007199254740993'], /received "9007199254740993"/],
    [['--lr', '1e-400'], /--lr .*received 1e-400\./],
    [['--scheduler.beta_start', '1e-400'], /beta_start .*received "1e-400"/],
    [[], /--out must be the folder of the run/],
    [['--model.depth', '3'], /unknown key "depth"/],
    [['--sample-steps', '11'], /--sample-steps must be at most the 10 timesteps, received 11/],
    [['--model', '3'], /--model must be given by key/],
    // One of each type of the table of settings.
    [['--epochs', '-0.5'], /\(--epochs\) must be an integer of at least 1, received -0\.5\./],
    [['--lr', '-1'], /\(--lr\) must be a number above 0, received -1\./],
    [['--loss', '7'], /--loss must be one of l1, l2, huber, received "7"\./],
    [['--size', '0'], /\(--size\) must be an integer from 1 to 2048, .*, received "?0"?\./],
    [['--channels', '0'], /\(--channels\) must be an integer from 1 to 8, .*, received "?0"?\./],
    [
      ['--model.channels', '8192,8192,8192', '--dry-run'],
      /^Cannot train on this machine: .* Try a smaller network\.$/m,
    ],
  ])('refuses %j in one sentence with exit code 2', async (args, message) => {
    const { code, stderr } = await train('--config', configFile, ...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(2);
  });

  it('refuses a settings file that is not there or no JSON', async () => {
    for (const [path, rule] of [
      [join(folder, 'none.json'), 'a file that can be read'],
      [import.meta.filename, 'a JSON file'],
    ]) {
      expect((await train('--config', path!)).stderr).toContain(`--config must be ${rule}`);
    }
  });

  it('asks for a preset where nothing names a network, and lists them with their sizes', async () => {
    const { code, stderr } = await train('--data', photos, '--lr', '0.1', '--out', 'x');
    expect(stderr).toMatch(/^Cannot start training: --preset must name a network to train, received nothing\./);
    expect(stderr).toContain('small (UNet2DModel, 32 px, 4.4 million parameters)');
    expect(code).toBe(2);
  });

  it('tells its result as one line of JSON for programs, and nothing else there', { tags: 'long' }, async () => {
    const out = join(folder, 'json');
    const { code, stdout, stderr } = await train('--config', configFile, '--out', out, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      run: out,
      step: 4,
      seconds: expect.any(Number),
      loss: expect.any(Number),
      validationLoss: expect.any(Number),
      checkpoint: join(out, 'checkpoints', 'step-00000004'),
    });
    expect(stderr).toContain('Settings: those of the defaults, except');
  });

  it('saves on Ctrl-C and exits with 130', { ...skipBecause(LACKS_SIGINT), tags: 'long' }, async () => {
    const out = join(folder, 'stopped');
    const bin = join(import.meta.dirname, '../../../pipeline/bin/pipeline.mjs');
    const args = ['train', '--config', configFile, '--out', out, '--steps', '100000', '--checkpoint-every', 'off'];
    const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const timer = setInterval(() => {
      const metrics = join(out, 'metrics.jsonl');
      if (!existsSync(metrics) || !readFileSync(metrics, 'utf8').includes('"step":3,')) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 20);
    const code = await new Promise((resolve) => child.on('close', resolve));
    clearInterval(timer);
    expect(code).toBe(130);
    const step = Number(/Stopped after step (\d+)\. Continue with: pipeline train/.exec(stderr)?.[1]);
    expect(readdirSync(join(out, 'checkpoints'))).toEqual([`step-${String(step).padStart(8, '0')}`]);
    expect(existsSync(join(out, 'loss.png'))).toBe(true);
  });
});
