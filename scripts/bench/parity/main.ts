/**
 * Training here beside training in PyTorch and diffusers: the same network, first weights, batches, noise, timesteps,
 * learning rates and seeds, then pictures from the same noise, and their distances from real images.
 *
 *     PYTHON=.cache/golden/bin/python npm run bench:parity -- --data digits --seeds 3 --steps 1000
 *     PYTHON=.cache/golden/bin/python npm run bench:parity -- --data digits --data fashion
 *
 * The network is that of the preset `digits`. Fashion-MNIST is read from where Debian's package dataset-fashion-mnist puts
 * it. The tables are those of docs/quality.md. All is kept in .cache/parity: a run goes on where another was stopped.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check, integer, number, oneOf } from '@onnoise/scheduler';
import type { Dataset } from '#pipeline/data/index.ts';
import { compareCurves } from './curves.ts';
import { type Judge, openJudge } from './judge.ts';
import { kept, type Sampling, sampleOurs, sampleTorch } from './sample.ts';
import { DATA, folderOf, openData, planOf } from './setup.ts';
import { curveTable, measureTable, type SeedResult } from './table.ts';
import { startTorch } from './torch-side.ts';
import { trainOurs, trainTorch } from './train.ts';

/** Pictures of one model that both sides sample. */
const CHECKED = 10;

const { values } = parseArgs({
  options: {
    data: { type: 'string', multiple: true, default: ['digits'] },
    seeds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '1000' },
    count: { type: 'string', default: '1000' },
    'sample-steps': { type: 'string', default: '50' },
    eta: { type: 'string', default: '1' },
  },
});
const whole = (option: 'seeds' | 'steps' | 'count' | 'sample-steps') =>
  check('compare', `--${option}`, integer(1), Number(values[option]));
const [seeds, steps] = [whole('seeds'), whole('steps')];
const sampling: Sampling = {
  count: whole('count'),
  steps: whole('sample-steps'),
  eta: check('compare', '--eta', number({ min: 0, max: 1 }), Number(values.eta)),
};
const names = values.data.map((name) => check('compare', '--data', oneOf(Object.keys(DATA)), name));
const say = (line: string) => process.stderr.write(`${line}\n`);

const torch = await startTorch();
try {
  const tables: string[] = [];
  for (const name of names) tables.push(...(await compared(name)));
  console.log(
    `${steps} steps; ${sampling.count} pictures, DDIM in ${sampling.steps} steps, eta ${sampling.eta}; ${torch.about}`,
  );
  for (const table of tables) console.log(`\n${table}`);
} finally {
  torch.stop();
}

async function compared(name: string): Promise<string[]> {
  const set = DATA[name]!;
  const dataset = await openData(set);
  const judge = await openJudge(dataset, sampling.count, say);
  const results: SeedResult[] = [];
  try {
    for (let seed = 0; seed < seeds; seed++) results.push(await seedResult(name, dataset, judge, seed));
  } finally {
    await judge.dispose();
    dataset.close();
  }
  return [curveTable(set.title, results), `${judge.about}\n\n${measureTable(set.title, results)}`];
}

async function seedResult(name: string, dataset: Dataset, judge: Judge, seed: number): Promise<SeedResult> {
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
