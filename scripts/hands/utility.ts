/**
 * What synthetic phantoms are worth to a network that learns from 50, 100 or 200 real ones to read the age: those of a model that learnt
 * from the same few, those of the shipped model, which learnt from 12,611 others, and, as the best that can be, other real ones. Both kinds
 * of networks see no test image. It prints a line for each, and goes on where it was stopped; two hours or so on two quiet cores.
 *
 *     npx tsx scripts/hands/utility.ts <folder to write to> [options]
 *
 * `<folder>/<count>/<kind>/report.html` has the figures of each. Options: `--counts 50,100,200` real images, `--synthetic 1000` and
 * `--tested 500` images, `--model-steps 1200` of the models that learn from the few, `--seeds 5` and `--steps` of a network.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Utility } from '../../evaluation/src/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Ages in months. */
const AGES = Array.from({ length: 19 }, (_, i) => 6 + 12 * i);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    counts: { type: 'string', default: '50,100,200' },
    synthetic: { type: 'string', default: '1000' },
    tested: { type: 'string', default: '500' },
    'model-steps': { type: 'string', default: '1200' },
    seeds: { type: 'string', default: '5' },
    steps: { type: 'string' },
  },
});
const [out] = positionals;
if (out === undefined) throw new Error('Give the folder to write to.');
const place = (...names: string[]) => join(out, ...names.map(String));

function pipeline(...args: string[]): string {
  const program = join(ROOT, 'pipeline', 'bin', 'pipeline.mjs');
  const { status, stdout } = spawnSync(process.execPath, [program, ...args], {
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`pipeline ${args[0]} ended with ${status}.`);
  return stdout;
}

/** A folder of phantoms, drawn once. @returns the options of its images and their table */
function phantoms(name: string, count: string, seed: number) {
  const folder = place(name);
  const files = { data: join(folder, 'images'), csv: join(folder, 'hands.csv') };
  if (!existsSync(folder)) pipeline('phantom', '--count', count, '--seed', `${seed}`, '--size', '64', '--out', folder);
  return files;
}

/** Those that a model has learnt: an odd number, so that with two sexes in turn all pairs come. */
function agesOf(model: string): number[] {
  const { conditions } = JSON.parse(readFileSync(join(model, 'unet', 'config.json'), 'utf8'));
  const [{ min, max }] = conditions;
  const known = AGES.filter((age) => age >= min && age <= max);
  return known.length % 2 === 1 ? known : known.slice(1);
}

/** Pictures of a model in shards, with their ages. */
function drawn(model: string, folder: string): string {
  if (existsSync(join(folder, 'manifest.json'))) return folder;
  const order = [
    '--model',
    model,
    '--count',
    values.synthetic,
    '--condition',
    `boneage=${agesOf(model).join(',')}`,
    '--out',
    folder,
  ];
  pipeline('worker', '--shards', '0/1', ...order);
  pipeline('generate', '--merge', ...order);
  return folder;
}

/** A model of these phantoms alone. */
function trained({ data, csv }: ReturnType<typeof phantoms>, count: string): string {
  const [run, model] = [place(count, 'run'), place(count, 'model')];
  if (existsSync(model)) return model;
  const images = ['--data', data, '--csv', csv, '--label-column', 'male', '--condition-columns', 'boneage'];
  const settings = [
    '--preset',
    'hands',
    '--size',
    '64',
    '--validation-share',
    '0',
    '--steps',
    values['model-steps'],
    '--sample-every',
    'off',
  ];
  const begun = existsSync(join(run, 'config.json'));
  pipeline('train', ...(begun ? ['--resume'] : settings), ...(begun ? [] : images), '--out', run);
  pipeline('export', '--run', run, '--out', model, '--no-weights');
  return model;
}

const test = phantoms('test', values.tested, 1);
const others = phantoms('others', values.synthetic, 2);
const shipped = drawn(join(ROOT, 'models', 'hands'), place('shipped'));
for (const count of values.counts.split(',')) {
  const real = phantoms(`real-${count}`, count, Number(count));
  const own = drawn(trained(real, count), place(count, 'pictures'));
  for (const [kind, synthetic] of [
    ['own', ['--synthetic', own]],
    ['shipped', ['--synthetic', shipped]],
    ['others', ['--synthetic', others.data, '--synthetic-csv', others.csv]],
  ] as const) {
    const images = ['--data', real.data, '--csv', real.csv, '--condition-columns', 'boneage'];
    const tested = ['--test-data', test.data, '--test-csv', test.csv];
    const runs = ['--task', 'regress', '--real-count', count, '--seeds', values.seeds, '--out', place(count, kind)];
    if (values.steps !== undefined) runs.push('--steps', values.steps);
    const found: Utility = JSON.parse(pipeline('utility', ...images, ...tested, ...synthetic, ...runs, '--json'));
    for (const { verdict, reason } of found.gains) {
      process.stdout.write(
        `${count} real, ${kind}: ${verdict}. ${reason} Alone: ${found.syntheticAlone?.value.toFixed(1)}.\n`,
      );
    }
  }
}
