/**
 * Training here beside training in PyTorch and diffusers: the same network, first weights, batches, noise, timesteps,
 * learning rates and seeds, then pictures from the same noise, and their distances from real images.
 *
 *     PYTHON=.cache/golden/bin/python npm run bench:parity -- --data digits --seeds 3 --steps 1000
 *     PYTHON=.cache/golden/bin/python npm run bench:parity -- --data digits --data fashion
 *
 * The network is that of settings.json. Fashion-MNIST is read from where Debian's package dataset-fashion-mnist puts
 * it. docs/quality.md has the results. All is kept in .cache/parity: a run goes on where another was stopped.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compileSampler } from '@onnoise/scheduler';
import type { Dataset } from '#training/data/index.ts';
import { ownOptions } from '../parse.ts';
import { compareCurves } from './curves.ts';
import { checkHeldOut, type Judge, openJudge } from './judge.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { kept, sampleOurs, sampleTorch } from './sample.ts';
import { DATA, folderOf, openData, planOf } from './setup.ts';
import { curveTable, measureTable, type SeedResult } from './table.ts';
import { startTorch, type TorchSide } from './torch-side.ts';
import { trainOurs, trainTorch } from './train.ts';

/** Pictures of one model that both sides sample. */
const CHECKED = 10;

const say = (line: string) => process.stderr.write(`${line}\n`);

await compare(ownOptions(readOptions, HELP));

async function compare(options: Options): Promise<void> {
  const { data, steps, sampling } = options;
  for (const name of data) await checkPossible(name, options);
  const torch = await startTorch();
  try {
    const tables: string[] = [];
    for (const name of data) tables.push(...(await compared(name, options, torch)));
    console.log(
      `${steps} steps; ${sampling.count} pictures, DDIM in ${sampling.steps} steps, eta ${sampling.eta}; ${torch.about}`,
    );
    for (const table of tables) console.log(`\n${table}`);
  } finally {
    torch.stop();
  }
}

/** All that can be known to be wrong before the first of hours. */
async function checkPossible(name: string, { steps, sampling }: Options): Promise<void> {
  const set = DATA[name]!;
  const { scheduler } = await planOf(set, steps, 0);
  compileSampler(scheduler, { sampler: 'ddim', steps: sampling.steps, eta: sampling.eta });
  const dataset = await openData(set);
  dataset.close();
  checkHeldOut(dataset, sampling.count);
}

/** What the seeds of a data set share. */
interface Comparison {
  name: string;
  options: Options;
  dataset: Dataset;
  judge: Judge;
  torch: TorchSide;
}

async function compared(name: string, options: Options, torch: TorchSide): Promise<string[]> {
  const set = DATA[name]!;
  const dataset = await openData(set);
  const judge = await openJudge(dataset, options.sampling.count, say);
  const results: SeedResult[] = [];
  try {
    const shared = { name, options, dataset, judge, torch };
    for (let seed = 0; seed < options.seeds; seed++) results.push(await seedResult(shared, seed));
  } finally {
    await judge.dispose();
    dataset.close();
  }
  return [curveTable(set.title, results), `${judge.about}\n\n${measureTable(set.title, results)}`];
}

async function seedResult({ name, options, dataset, judge, torch }: Comparison, seed: number): Promise<SeedResult> {
  const { steps, sampling } = options;
  const plan = await planOf(DATA[name]!, steps, seed);
  const folder = folderOf(name, plan);
  await mkdir(folder, { recursive: true });
  const tell = (side: string) => (step: number, loss: number) => {
    if (step % 100 === 0 || step === steps)
      say(`${name}, seed ${seed}, ${side}: step ${step}, loss ${loss.toFixed(4)}`);
  };
  const ours = await trainOurs(plan, dataset, folder, tell('ours'));
  const theirs = await trainTorch(plan, dataset, folder, torch, tell('PyTorch'));
  const pictures = {
    ours: await kept(join(folder, 'ours'), sampling, () => sampleOurs(plan, ours.weights, sampling)),
    torch: await kept(join(folder, 'torch'), sampling, () => sampleTorch(plan, theirs.weights, sampling, torch)),
  };
  const few = { ...sampling, count: Math.min(CHECKED, sampling.count) };
  const again = await sampleTorch(plan, ours.weights, few, torch);
  return {
    seed,
    curves: compareCurves(ours.lines, theirs.lines),
    sampled: again.reduce((most, value, i) => Math.max(most, Math.abs(value - pictures.ours[i]!)), 0),
    ours: await judge.measure(pictures.ours, join(folder, 'ours')),
    torch: await judge.measure(pictures.torch, join(folder, 'torch')),
  };
}
