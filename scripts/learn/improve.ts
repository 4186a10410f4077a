/**
 * Trains the tutorial's network and its improvements, one at a time, for the chapter on improving: small pictures and few
 * steps, all with the same seed. Keeps the losses, the last sheet of samples, and the command of each run.
 *
 *     npx tsx scripts/learn/improve.ts
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';

const ROOT = join(import.meta.dirname, '..', '..');
const SITE = join(ROOT, 'site');
const SHEETS = join(SITE, 'public', 'learn');
const RUNS = join(SITE, 'views', 'learn', 'improve', 'runs.json');
const STEPS = 500;
/** Of a picture, pixels. */
const SIDE = 16;
/** Of the sheets of training: pixels between pictures, and of a pixel of a picture. */
const [GAP, SCALE] = [2, 6];
/** Losses that one point of a chart is the mean of. */
const MEAN_OF = 20;

const COMMON = [
  ...['train', '--data', 'digits', '--preset', 'tutorial', '--size', '16', '--model.channels', '16,32,64'],
  ...['--steps', String(STEPS), '--batch', '32', '--loss', 'l2', '--lr', '0.002', '--seed', '1'],
  ...['--sample-every', 'off', '--sample-count', '10', '--checkpoint-every', 'off', '--scheduler.clip_sample', 'true'],
];

/** By what the chapter calls them. */
const VARIANTS: Record<string, string[]> = {
  tutorial: [],
  schedule: ['--scheduler.beta_schedule', 'cosine'],
  activation: ['--model.act_fn', 'silu'],
  norm: ['--model.norm_type', 'group', '--model.norm_num_groups', '8'],
  residual: ['--model.residual_connections', 'true'],
  attention: ['--model.attention_levels', '[2]', '--model.norm_num_groups', '8'],
  betas: ['--learn-schedule'],
};
VARIANTS.all = ['schedule', 'activation', 'norm', 'residual'].flatMap((name) => VARIANTS[name]!);
VARIANTS.all.push('--model.attention_levels', '[2]');

const folder = await mkdtemp(join(tmpdir(), 'onnoise-improve-'));
await mkdir(SHEETS, { recursive: true });
try {
  const runs = [];
  for (const [id, more] of Object.entries(VARIANTS)) {
    const args = [...COMMON, ...more];
    const out = join(folder, id);
    await promisify(execFile)(join(ROOT, 'node_modules', '.bin', 'pipeline'), [...args, '--out', out, '--quiet'], {
      cwd: ROOT,
    });
    const losses = (await linesOf(join(out, 'metrics.jsonl'))).map(({ loss }) => loss);
    const heldOut = (await linesOf(join(out, 'validation.jsonl'))).at(-1)?.loss;
    const sheet = (await readdir(join(out, 'samples')))
      .filter((file) => file.endsWith('.png'))
      .sort()
      .at(-1)!;
    await writeSheet(join(out, 'samples', sheet), join(SHEETS, `improve-${id}.png`));
    const means = Array.from({ length: STEPS / MEAN_OF }, (_, i) => {
      const part = losses.slice(i * MEAN_OF, (i + 1) * MEAN_OF);
      return Number((part.reduce((a, b) => a + b, 0) / part.length).toPrecision(4));
    });
    runs.push({ id, command: `pipeline ${args.join(' ')}`, meanOf: MEAN_OF, losses: means, heldOut });
    console.log(id, heldOut);
  }
  await writeFile(RUNS, `${JSON.stringify(runs, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function linesOf(path: string): Promise<{ loss: number }[]> {
  return (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The first eight pictures of a sheet of training, in two rows. */
async function writeSheet(from: string, to: string): Promise<void> {
  const { width = 0 } = await sharp(from).metadata();
  const side = SIDE * SCALE;
  const columns = (width - GAP) / (side + GAP);
  const at = (place: number) => GAP + place * (side + GAP);
  const pictures = Array.from({ length: 8 }, (_, i) => {
    const region = { left: at(i % columns), top: at(Math.floor(i / columns)), width: side, height: side };
    return sharp(from).extract(region).resize(SIDE, SIDE, { kernel: 'nearest' }).toBuffer();
  });
  const placed = (await Promise.all(pictures)).map((input, i) => {
    return { input, left: (i % 4) * (SIDE + 1), top: Math.floor(i / 4) * (SIDE + 1) };
  });
  const background = { r: 128, g: 128, b: 128 };
  const sheet = sharp({ create: { width: 4 * SIDE + 3, height: 2 * SIDE + 1, channels: 3, background } });
  await sheet.composite(placed).toColourspace('b-w').png({ effort: 10 }).toFile(to);
}
