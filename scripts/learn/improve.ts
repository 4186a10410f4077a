/**
 * Trains the tutorial's network and its improvements, one at a time, for the chapter on improving: small pictures and few
 * steps. With seed 1 it keeps the losses, the last sheet of samples, and the command of each run. With further seeds it
 * keeps the held-out losses of those that learn from the same noise as the tutorial, from which the chapter draws intervals.
 *
 * Each run is written as soon as it is done, and a run that is there already is left out: stop the script when you like, and
 * start it again. What a change of the code makes out of date is to be taken out of the file first.
 *
 *     npx tsx scripts/learn/improve.ts            # seed 1
 *     npx tsx scripts/learn/improve.ts --seeds 5  # seeds 1 to 5
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import sharp from 'sharp';
import { writeWhole } from '#base/files/output.ts';
import type { Run } from '#site/views/learn/improve/runs/runs.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SITE = join(ROOT, 'site');
const SHEETS = join(SITE, 'public', 'learn');
const RUNS = join(SITE, 'views', 'learn', 'improve', 'runs', 'runs.json');
const STEPS = 500;
/** Of a picture, pixels. */
const SIDE = 16;
/** Of the sheets of training: pixels between pictures, and of a pixel of a picture. */
const [GAP, SCALE] = [2, 6];
/** Losses that one point of a chart is the mean of. */
const MEAN_OF = 20;

const COMMON = [
  ...['train', '--data', 'digits', '--preset', 'tutorial', '--size', '16', '--model.channels', '16,32,64'],
  ...['--steps', String(STEPS), '--batch', '32', '--loss', 'l2', '--lr', '0.002', '--sample-every', 'off'],
  ...['--checkpoint-every', 'off', '--scheduler.clip_sample', 'true'],
];
/** Of pictures: ten with seed 1, and hardly any with other seeds, whose pictures are not kept. */
const PICTURES = { kept: ['--sample-count', '10'], least: ['--sample-count', '1', '--sample-steps', '1'] };

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

/** They learn from other noise, so their losses say nothing beside the tutorial's. */
const OTHER_NOISE = ['schedule', 'betas', 'all'];

/** The command of a run, for people, but for what is made of its pictures. */
const argsOf = (id: string, seed: number) => [...COMMON, '--seed', String(seed), ...VARIANTS[id]!];

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1' } } });
const seeds = Number(values.seeds);
if (!Number.isInteger(seeds) || seeds < 1 || seeds > 20) {
  throw new Error(`Cannot record runs: --seeds must be a whole number from 1 to 20, received ${values.seeds}.`);
}

const folder = await mkdtemp(join(tmpdir(), 'onnoise-improve-'));
await mkdir(SHEETS, { recursive: true });
const runs: Run[] = await readFile(RUNS, 'utf8').then(JSON.parse, () => []);
try {
  for (let seed = 1; seed <= seeds; seed++) {
    for (const id of Object.keys(VARIANTS)) {
      const known = runs.find((run) => run.id === id);
      if (seed > 1 && OTHER_NOISE.includes(id)) continue;
      if (known?.seeds.some((one) => one.seed === seed)) continue;
      const out = join(folder, `${id}-${seed}`);
      if (seed === 1) runs.push(await recorded(id, out));
      else known!.seeds.push({ seed, heldOut: await trained(id, seed, PICTURES.least, out) });
      await writeWhole(RUNS, `${JSON.stringify(runs, null, 2)}\n`);
      await rm(out, { recursive: true });
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Trains. @returns the loss on held-out images at the end */
async function trained(id: string, seed: number, pictures: readonly string[], out: string): Promise<number> {
  const args = [...argsOf(id, seed), ...pictures, '--out', out, '--quiet'];
  await promisify(execFile)(join(ROOT, 'node_modules', '.bin', 'pipeline'), args, { cwd: ROOT });
  const { loss } = (await linesOf(join(out, 'validation.jsonl'))).at(-1)!;
  console.log(id, seed, loss);
  return loss;
}

/** With seed 1, whose losses and pictures the chapter shows. */
async function recorded(id: string, out: string): Promise<Run> {
  const heldOut = await trained(id, 1, PICTURES.kept, out);
  const losses = (await linesOf(join(out, 'metrics.jsonl'))).map(({ loss }) => loss);
  const sheet = (await readdir(join(out, 'samples')))
    .filter((file) => file.endsWith('.png'))
    .sort()
    .at(-1)!;
  await writeSheet(join(out, 'samples', sheet), join(SHEETS, `improve-${id}.png`));
  const means = Array.from({ length: STEPS / MEAN_OF }, (_, i) => {
    const part = losses.slice(i * MEAN_OF, (i + 1) * MEAN_OF);
    return Number((part.reduce((a, b) => a + b, 0) / part.length).toPrecision(4));
  });
  const command = `pipeline ${[...argsOf(id, 1), ...PICTURES.kept].join(' ')}`;
  return { id, command, meanOf: MEAN_OF, losses: means, seeds: [{ seed: 1, heldOut }] };
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
