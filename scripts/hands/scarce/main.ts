/**
 * What few radiographs give: 50, 200 and 1,000 hands, from scratch and from a model of phantoms, and three seeds, so 18 runs. A run
 * has the steps that two cores make in six minutes where nothing else runs, however busy they are. Writes `<out>/results.jsonl`,
 * one line a run, and goes on where it was stopped. results.jsonl beside this file is what docs/hands/radiographs.md tells of.
 *
 *     npx tsx scripts/hands/scarce/main.ts <folder of hands> <out> [steps a run] [model to start from]
 *     npx tsx scripts/hands/scarce/chart.ts <out>/results.jsonl docs/hands/scarce.png
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { shuffle } from '@onnoise/scheduler';
import { readImages } from '../../../evaluation/src/measures/images.ts';
import { imageNames } from '../../../evaluation/src/report/image-names.ts';
import { prepareImages } from '../../../pipeline/src/index.ts';
import { openJudge } from './judge.ts';
import type { Result, Start } from './result.ts';

const COUNTS = [50, 200, 1000];
const SEEDS = [0, 1, 2];
const STARTS: readonly Start[] = ['scratch', 'phantoms'];
const SUBSET_STREAM = 0x0b00_0000;
const ROOT = join(import.meta.dirname, '..', '..', '..');

const [data, out, steps = '1200', start = join(ROOT, 'models', 'hands')] = process.argv.slice(2);
if (data === undefined || out === undefined) throw new Error('Give the folder of hands, and one to write to.');
mkdirSync(out, { recursive: true });
const results = join(out, 'results.jsonl');
const cacheDir = join(out, 'cache');

const dataset = await prepareImages({ data, size: 64, channels: 1, validationShare: 0.1, cacheDir });
const names = await imageNames({ data, csv: undefined, frames: undefined }, dataset);
const judge = await openJudge(dataset, cacheDir);

const done: Result[] = existsSync(results)
  ? readFileSync(results, 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];
for (const seed of SEEDS) {
  for (const count of COUNTS) {
    const chosen = shuffle(dataset.train.slice(), seed, SUBSET_STREAM).slice(0, count).sort();
    const folder = join(out, 'images', `${count}-${seed}`);
    mkdirSync(folder, { recursive: true });
    for (const image of chosen)
      copyFileSync(join(data, names.nameOf(image)), join(folder, basename(names.nameOf(image))));
    const training = await readImages(dataset, chosen);
    for (const from of STARTS) {
      if (done.some((each) => each.seed === seed && each.count === count && each.start === from)) continue;
      const model = trained(`${count}-${seed}-${from}`, folder, seed, from);
      const result: Result = { count, seed, start: from, ...(await judge.measure(model, training, seed)) };
      appendFileSync(results, `${JSON.stringify(result)}\n`);
      process.stdout.write(`${JSON.stringify(result)}\n`);
    }
  }
}
dataset.close();

/** The model folder of a run, which is trained here, or goes on. */
function trained(name: string, images: string, seed: number, from: Start): string {
  const [run, model] = [join(out!, 'runs', name), join(out!, 'models', name)];
  const resumed = existsSync(join(run, 'config.json'));
  const settings = ['--preset', 'hands', '--steps', steps, '--validation-share', '0', '--sample-every', 'off'];
  const init = from === 'phantoms' ? ['--init', start] : [];
  const given = ['--data', images, '--channels', '1', '--seed', String(seed), '--cache-dir', cacheDir];
  pipeline('train', ...(resumed ? ['--resume'] : [...settings, ...init, ...given]), '--out', run);
  rmSync(model, { recursive: true, force: true });
  pipeline('export', '--run', run, '--out', model, '--no-weights');
  return model;
}

function pipeline(...args: string[]): void {
  const program = join(ROOT, 'pipeline', 'bin', 'pipeline.mjs');
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`pipeline ${args[0]} ended with ${status}.`);
}
