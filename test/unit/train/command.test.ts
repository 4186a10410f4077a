import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../support/run-cli.ts';
import { LACKS_SIGINT, skipBecause } from '../../support/skip.ts';

const folder = mkdtempSync(join(tmpdir(), 'train-'));
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

describe('pipeline train --dry-run', () => {
  it("tells the tutorial's settings, its 62,437,601 parameters and the memory, and makes nothing", async () => {
    const out = join(folder, 'dry');
    const { code, stdout } = await train('--preset', 'tutorial', '--out', out, '--batch', '2', '--dry-run');
    expect(code).toBe(0);
    const json = JSON.parse(stdout.slice(0, stdout.lastIndexOf('}') + 1));
    expect(json.training).toMatchObject({ batch: 2, epochs: 50, lr: 0.01, loss: 'l1', optimizer: 'adam' });
    expect(json.scheduler).toMatchObject({ num_train_timesteps: 300, beta_schedule: 'linear' });
    expect(stdout).toMatch(/^Model: SimpleUnet, 62,437,601 parameters, images of 1 x 64 x 64$/m);
    expect(stdout).toMatch(/^Estimated memory: [\d.]+ GiB \(state/m);
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    [['--lr', '0.5'], ['training', 'lr'], 0.5],
    [['--clip-norm', 'off'], ['training', 'clipNorm'], null],
    [['--flip'], ['data', 'flip'], true],
    [['--channels', '3'], ['model', 'image_channels'], 3],
    [['--size', '32'], ['model', 'sample_size'], 32],
    [['--minutes', '1.5'], ['training', 'minutes'], 1.5],
    [
      ['--model.channels', '4,8,16'],
      ['model', 'channels'],
      [4, 8, 16],
    ],
    [['--model.num_class_embeds', 'null'], ['model', 'num_class_embeds'], null],
    [['--scheduler.prediction_type', 'sample'], ['scheduler', 'prediction_type'], 'sample'],
    [['--checkpoint-every', '7'], ['output', 'checkpointEvery'], 7],
    [['--label-column', 'male'], ['data', 'labelColumn'], 'male'],
  ] as const)('lets %j override the settings below', async (args, [section, key], value) => {
    const { code, stdout } = await train('--config', configFile, ...args, '--dry-run');
    expect(code).toBe(0);
    expect(JSON.parse(stdout.slice(0, stdout.lastIndexOf('}') + 1))[section][key]).toEqual(value);
  });
});

describe('pipeline train', () => {
  it('trains, says where everything is, and continues', async () => {
    const out = join(folder, 'run');
    const first = await train('--config', configFile, '--out', out);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain('Model: SimpleUnet, ');
    expect(first.stderr).toContain('conditional on 2 classes');
    expect(first.stderr).toMatch(/Trained 4 steps in .* Held-out loss/);
    expect(first.stderr).toMatch(/Training {2}100% {2}4\/4 steps .*drawing pictures, \d+ of \d+\n/);
    expect(readdirSync(out)).toContain('forming.webp');

    const refused = await train('--config', configFile, '--out', out);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('Add --resume to continue it');

    const continued = await train('--out', out, '--resume', '--steps', '6');
    expect(continued).toMatchObject({ code: 0 });
    expect(continued.stderr).toContain('Continuing after step 4.');
    expect(readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n').length).toBe(6);

    const other = await train('--preset', 'digits', '--out', out, '--resume');
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toMatch(/Cannot continue .*: model\._class_name must be "SimpleUnet"/);
  });

  it.each<[string[], RegExp]>([
    [['--out', 'x', '--data', ''], /--data must not be empty/],
    [['--lr', 'fast'], /--lr must be a number, received "fast"/],
    [['--steps', '1', '--epochs', '2'], /--epochs and --steps must not be given together/],
    [[], /--out must be the folder of the run/],
    [['--preset', 'large'], /--preset must be one of .*tutorial.*, received "large"/],
    [['--model.depth', '3'], /unknown key "depth"/],
    [['--sample-steps', '11'], /--sample-steps must be at most the 10 timesteps, received 11/],
    [['--model', '3'], /--model must be given by key/],
    [['--engine', 'torch'], /--engine must be one of .*, received "torch"\./],
    [['--rate', '3'], /pipeline train has no option --rate\./],
    [['--model.num_class_embeds', '1', '--out', join(folder, 'a')], /at most the network's 1 classes, received 2/],
    [['--batch', '100', '--out', join(folder, 'b')], /batch.* must be at most the .*38/],
  ])('refuses %j in one sentence with exit code 2', async (args, message) => {
    const { code, stderr } = await train('--config', configFile, ...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(2);
  });

  it('refuses a settings file that is not there or no JSON', async () => {
    expect((await train('--config', join(folder, 'none.json'))).stderr).toMatch(
      /--config must be a file that can be read/,
    );
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{');
    expect((await train('--config', broken)).stderr).toMatch(/--config must be a JSON file/);
  });

  it('refuses a second one in the same folder while it runs, and goes on after a kill', async () => {
    const out = join(folder, 'twice');
    const bin = join(import.meta.dirname, '../../../pipeline/bin/pipeline.mjs');
    const args = ['train', '--config', configFile, '--out', out, '--steps', '100000', '--checkpoint-every', '2'];
    const child = spawn(process.execPath, [bin, ...args], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.on('close', resolve));
    try {
      await vi.waitUntil(
        () => existsSync(join(out, 'checkpoints')) && readdirSync(join(out, 'checkpoints')).includes('step-00000002'),
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
  }, 120_000);

  it('saves on Ctrl-C and exits with 130', skipBecause(LACKS_SIGINT), async () => {
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
