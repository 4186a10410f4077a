import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { eachLong } from '#test/each-long.ts';
import { runCli } from '#test/run-cli.ts';
import { LACKS_SIGINT, skipBecause } from '#test/skip.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';

const folder = temporaryFolder();
const configFile = join(folder, 'config.json');
const cache = join(folder, 'cache');

/** 40 images of 8 x 8 in MNIST's layout, with labels 0 and 1. */
function writeIdx(): string {
  const images = Buffer.alloc(16 + 40 * 64);
  images.writeUInt32BE(0x803, 0);
  for (const [i, value] of [40, 8, 8].entries()) images.writeUInt32BE(value, 4 + 4 * i);
  for (let i = 16; i < images.length; i++) images[i] = (i * 37) % 256;
  const labels = Buffer.alloc(8 + 40);
  labels.writeUInt32BE(0x801, 0);
  labels.writeUInt32BE(40, 4);
  for (let i = 0; i < 40; i++) labels[8 + i] = i % 2;
  writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(images));
  writeFileSync(join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(labels));
  return join(folder, 'train-images-idx3-ubyte.gz');
}

beforeAll(() => {
  const config = {
    data: { source: writeIdx(), size: 8, cacheDir: cache },
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
  for (const [i, name] of [...Array(20).keys()].map((i) => [i, i % 2 ? 'female' : 'male'] as const)) {
    mkdirSync(join(photos, name), { recursive: true });
    const background = { r: 10 * i, g: 100, b: 30 };
    const picture = sharp({ create: { width: 8, height: 8, channels: 3, background } });
    await picture.png().toFile(join(photos, name, `${i}.png`));
  }
  writeFileSync(join(photos, 'male', 'bad.png'), 'no picture');
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
    const again = await train('--out', out, '--resume');
    const [, loss] = /^Trained 4 steps in .* s\. (Held-out loss .*\.)$/m.exec(stdout) ?? [];
    expect(again.stdout.split('\n')[0]).toMatch(/^The run was already complete, after 4 steps in .* s\. Held-out loss/);
    expect(again.stdout).toContain(loss);
    const { validationLoss } = JSON.parse((await train('--out', out, '--resume', '--json')).stdout);
    expect(`Held-out loss ${validationLoss.toPrecision(4)}.`).toBe(loss);
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

  it('tells the whole configuration with --verbose', { tags: 'long' }, async () => {
    const { stdout } = await train('--preset', 'tutorial', '--batch', '2', '--dry-run', '--verbose');
    const json = JSON.parse(stdout.slice(0, stdout.lastIndexOf('}') + 1));
    expect(json.training).toMatchObject({ batch: 2, epochs: 50, lr: 0.01, loss: 'l1', optimizer: 'adam' });
    expect(json.scheduler).toMatchObject({ num_train_timesteps: 300, beta_schedule: 'linear' });
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

  const TOO_LARGE = [
    {
      args: ['--batch', '100000000'],
      message:
        /^Cannot train on this machine: the machine must have about .* TiB of memory, but it has .* Try --batch \d+ or less\.$/m,
    },
    {
      args: ['--model.channels', '8192,8192,8192'],
      message: /^Cannot train on this machine: .* Try a smaller network\.$/m,
    },
  ];
  eachLong(TOO_LARGE, 'refuses what does not fit into the memory: $args', async ({ args, message }) => {
    const { code, stderr } = await train('--preset', 'tutorial', ...args, '--dry-run');
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('refuses that, too, before images are prepared', { tags: 'long' }, async () => {
    const own = ['--preset', 'tutorial', '--data', photos, '--batch', '100000000'];
    const { code, stderr } = await train(...own, '--out', join(folder, 'large'));
    expect(stderr).toMatch(/^Cannot train on this machine: the machine must have about .* TiB of memory/);
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'large', 'config.json'))).toBe(false);
  });

  it('tells what happens to the images at random, and nothing where nothing does', { tags: 'long' }, async () => {
    const changes = ['--flip', '--rotate', '5', '--translate', '0.05', '--scale', '0.1', '--contrast', '0.2'];
    const [some, none] = [
      await train('--config', configFile, ...changes, '--dry-run'),
      await train('--config', configFile, '--dry-run'),
    ];
    expect(some.stdout.split('\n')).toContain(
      'Augmentation: mirrored, turned by up to 5 degrees, shifted by up to 5 % of the side, scaled by 0.9 to 1.1, ' +
        'contrast by 0.8 to 1.2 (training images only, at random)',
    );
    expect(none.stdout).not.toContain('Augmentation');
  });

  it.each<[string[], RegExp]>([
    [['--rotate', '181'], /data\.rotate \(--rotate\) must be a number from 0 to 180, received 181/],
    [['--translate', '1'], /data\.translate \(--translate\) must be a number of at least 0 and below 1, received 1/],
    [['--scale', '-0.1'], /data\.scale \(--scale\) must be a number of at least 0 and below 1, received -0\.1/],
    [['--contrast', 'high'], /--contrast must be a number, received "high"/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await train('--config', configFile, ...args, '--dry-run');
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it.each<[string[], RegExp]>([
    [['--data', join(folder, 'nowhere')], /data must be .* it is not there/],
    [['--batch', '100'], /--batch must be at most the number of training images, 38, received 100/],
    [
      ['--model.num_class_embeds', '7'],
      /--model\.num_class_embeds must be 2, .* received 7; the others would not be trained/,
    ],
  ])('refuses %j as training does', async (args, message) => {
    const { code, stderr } = await train('--config', configFile, ...args, '--dry-run');
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  const SETTINGS = [
    { args: ['--lr', '0.5'], line: 'training.lr 0.5 (0.0002)' },
    { args: ['--clip-norm', 'off'], line: 'training.clipNorm null (1)' },
    { args: ['--flip'], line: 'data.flip true (false)' },
    { args: ['--rotate', '7.5'], line: 'data.rotate 7.5 (0)' },
    { args: ['--channels', '3'], line: 'data.channels 3 (none)' },
    { args: ['--size', '32'], line: 'data.size 32 (none)' },
    { args: ['--minutes', '1.5'], line: 'training.minutes 1.5 (none)' },
    { args: ['--model.channels', '4,8,16'], line: 'model.channels [4,8,16] (none)' },
    { args: ['--model.num_class_embeds', 'null'], line: 'model.num_class_embeds null (none)' },
    { args: ['--scheduler.prediction_type', 'sample'], line: 'scheduler.prediction_type "sample" ("epsilon")' },
    { args: ['--checkpoint-every', '7'], line: 'output.checkpointEvery 7 (1000)' },
  ];
  eachLong(SETTINGS, 'lets $args override the settings below', async ({ args, line }) => {
    const { code, stdout } = await train('--config', configFile, ...args, '--dry-run');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toContain(`  ${line}`);
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

  const LABELLED: { name: string; args: string[]; classes: number }[] = [
    { name: 'folders', args: [], classes: 2 },
    { name: 'a label column', args: ['--csv', csv, '--label-column', 'hand'], classes: 3 },
  ];
  eachLong(LABELLED, 'takes the number of classes of $name, and keeps it', async ({ name, args, classes }) => {
    const out = join(folder, name);
    const { code, stderr } = await train(...own, ...args, '--out', out);
    expect(code).toBe(0);
    expect(stderr).toContain(`conditional on ${classes} classes`);
    expect(stderr).toContain(`model.num_class_embeds ${classes} (none)`);
    expect(stderr).toMatch(/The images have . classes .* --model\.num_class_embeds null leaves them out\./);
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')).model.num_class_embeds).toBe(classes);
    const again = await train('--out', out, '--resume', '--steps', '2');
    expect(again.code).toBe(0);
    expect(again.stderr).toContain(`conditional on ${classes} classes`);
  });

  it('takes a class and a number from a table as the Bone Age challenge has it, and leaves both out at random', {
    tags: 'long',
  }, async () => {
    const table = join(folder, 'bones.csv');
    const rows = Array.from({ length: 20 }, (_, i) => `${i},${12 + 9 * i},${i % 2 === 0}`);
    writeFileSync(table, `id,boneage,male\n${rows.join('\n')}\n`);
    const columns = ['--csv', table, '--label-column', 'male', '--condition-columns', 'boneage'];
    const out = join(folder, 'bones');
    const dry = await train(...own, ...columns, '--label-dropout', '0.2', '--dry-run');
    expect(dry.stdout).toContain('Images: photos, 20 images, 2 classes (false, true), with boneage;');
    expect(dry.stdout).toMatch(/conditional on 2 classes and boneage from 12 to 183 or on nothing$/m);
    const { code, stderr } = await train(...own, ...columns, '--label-dropout', '0.2', '--out', out);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^ {2}boneage from 12 to 183, 97\.5 on average$/m);
    const { model } = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(model).toMatchObject({ num_class_embeds: 3, null_condition: true, conditions: [{ name: 'boneage' }] });
    const again = await train('--out', out, '--resume', '--steps', '2');
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('Continuing after step 1.')]);
    const same = ['--label-dropout', '0.2', '--steps', '3', '--out', out, '--resume'];
    expect((await train(...own, ...columns, ...same)).code).toBe(0);
    const refused = await train('--out', out, '--resume', '--label-dropout', '0');
    expect(refused.stderr).toContain('training.labelDropout (--label-dropout) must be 0.2 as in its checkpoint');
    expect(refused.code).toBe(2);
  });

  it.each<[string, string[], RegExp]>([
    [
      'nothing to leave out',
      ['--model.num_class_embeds', 'null', '--label-dropout', '0.1'],
      /--label-dropout must be 0 /,
    ],
    ['a share of 1', ['--label-dropout', '1'], /\(--label-dropout\) must be a number .* below 1, received 1\./],
    [
      'a column that is no number',
      ['--csv', csv, '--condition-columns', 'hand'],
      /column "hand" of .* must have numbers, received none\./,
    ],
  ])('refuses %s before it prepares the images', async (name, args, message) => {
    const unused = join(folder, `no ${name}`);
    const { code, stderr } = await train(...own, ...args, '--cache-dir', unused, '--out', join(folder, name));
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(existsSync(unused)).toBe(false);
  });

  it('says that labels go unused where the network is to be unconditional', { tags: 'long' }, async () => {
    const out = join(folder, 'unconditional');
    const { code, stderr } = await train(...own, '--model.num_class_embeds', 'null', '--out', out);
    expect(code).toBe(0);
    expect(stderr).toContain('The labels of the images (2 classes: female, male) are not used');
    expect(stderr).toContain('--model.num_class_embeds 2.');
  });

  it('refuses another number of classes before it trains', { tags: 'long' }, async () => {
    const out = join(folder, 'seven');
    const { code, stderr } = await train(...own, '--model.num_class_embeds', '7', '--out', out);
    expect(stderr).toContain('--model.num_class_embeds must be 2');
    expect(code).toBe(2);
    expect(existsSync(join(out, 'config.json'))).toBe(false);
  });

  it('refuses that, and too large a batch, before it prepares the images', async () => {
    const unused = join(folder, 'unprepared');
    for (const args of [
      ['--model.num_class_embeds', '7'],
      ['--batch', '21'],
    ]) {
      const named = [...args, '--cache-dir', unused, '--out', join(folder, 'early')];
      expect(await train(...own, ...named)).toMatchObject({ code: 2 });
    }
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
    [['--out', 'x', '--data', ''], /--data must not be empty/],
    [['--model.num_class_embeds', '9007199254740993'], /received "9007199254740993"/],
    [['--seed', '9007199254740993'], /--seed .*received 9007199254740993/],
    [['--lr', '1e-400'], /--lr .*received 1e-400\./],
    [['--scheduler.beta_start', '1e-400'], /beta_start .*received "1e-400"/],
    [['--lr', 'fast'], /--lr must be a number, received "fast"/],
    [['--steps', '1', '--epochs', '2'], /--epochs and --steps must not be given together/],
    [[], /--out must be the folder of the run/],
    [['--preset', 'large'], /--preset must be one of .*tutorial.*, received "large"/],
    [['--model.depth', '3'], /unknown key "depth"/],
    [['--sample-steps', '11'], /--sample-steps must be at most the 10 timesteps, received 11/],
    [['--model', '3'], /--model must be given by key/],
    [['--engine', 'torch'], /--engine must be one of .*, received "torch"\./],
    [['--rate', '3'], /pipeline train has no option --rate\./],
    [
      ['--model.num_class_embeds', '1', '--out', join(folder, 'a')],
      /--model\.num_class_embeds must be 2, .*, received 1\./,
    ],
    [['--batch', '100', '--out', join(folder, 'b')], /--batch must be at most the .*38/],
  ])('refuses %j in one sentence with exit code 2', async (args, message) => {
    const { code, stderr } = await train('--config', configFile, ...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(2);
  });

  it('asks for a preset where nothing names a network, and lists them with their sizes', async () => {
    for (const args of [[], ['--data', photos, '--dry-run'], ['--lr', '0.1', '--out', 'x']]) {
      const { code, stderr } = await train(...args);
      expect(stderr).toMatch(/^Cannot start training: --preset must name a network to train, received nothing\./);
      expect(stderr).toContain('small (UNet2DModel, 32 px, 4.4 million parameters)');
      expect(stderr).toContain('tutorial (SimpleUnet, 64 px, 62.4 million parameters)');
      expect(code).toBe(2);
    }
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

  it('refuses a settings file that is not there or no JSON', async () => {
    expect((await train('--config', join(folder, 'none.json'))).stderr).toMatch(
      /--config must be a file that can be read/,
    );
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{');
    expect((await train('--config', broken)).stderr).toMatch(/--config must be a JSON file/);
  });

  it('refuses a second one in the same folder while it runs, and goes on after a kill', {
    tags: 'long',
    timeout: 120_000,
  }, async () => {
    const out = join(folder, 'twice');
    const bin = join(import.meta.dirname, '../../../pipeline/bin/pipeline.mjs');
    const args = ['train', '--config', configFile, '--out', out, '--steps', '100000', '--checkpoint-every', '2'];
    const child = spawn(process.execPath, [bin, ...args], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.on('close', resolve));
    try {
      await vi.waitUntil(
        () =>
          existsSync(join(out, 'checkpoints')) &&
          readdirSync(join(out, 'checkpoints')).some((name) => name.startsWith('step-')),
        { timeout: 60_000, interval: 50 },
      );
      for (const more of [[], ['--resume']]) {
        const { code, stderr } = await train('--config', configFile, '--out', out, ...more);
        expect([code, stderr]).toEqual([2, expect.stringContaining(`another process (pid ${child.pid}, since `)]);
      }
    } finally {
      child.kill('SIGKILL');
      await gone;
    }
    const steps = () => readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n').length;
    const aim = String(steps() + 2);
    expect(await train('--out', out, '--resume', '--steps', aim)).toMatchObject({ code: 0 });
    expect(steps()).toBe(Number(aim));
    expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
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
