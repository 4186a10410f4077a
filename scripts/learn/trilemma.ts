/**
 * Measures the shipped digits at few and many steps for the chapter on why: how real its pictures look (precision), and how
 * much of the data they reach (recall). Writes the numbers with the command that made them.
 *
 *     npx tsx scripts/learn/trilemma.ts
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const OUT = join(ROOT, 'site', 'views', 'learn', 'why', 'measured.json');
const COUNT = 100;
const STEPS = [5, 15, 50, 250];
const ARGS = [
  ...['evaluate', '--model', 'models/digits', '--sampler', 'ddpm', '--guidance', '1', '--count', String(COUNT)],
  ...['--steps', String(STEPS[0]), '--sweep', `steps=${STEPS.join(',')}`, '--no-card'],
];

interface Measure {
  id: string;
  model: { value: number; interval: [number, number] };
  real: { value: number };
}

interface Evaluation {
  sweep: { settings: { steps: number }; measures: Measure[] }[];
}

/** Of each number of steps: both measures with their intervals, and what other real digits reach. */
function points({ sweep }: Evaluation) {
  return sweep.map(({ settings: { steps }, measures }) => {
    const of = (id: string) => {
      const { model, real } = measures.find((measure) => measure.id === id)!;
      return { value: model.value, interval: model.interval, real: real.value };
    };
    return { steps, precision: of('precision'), recall: of('recall') };
  });
}

const folder = await mkdtemp(join(tmpdir(), 'onnoise-trilemma-'));
try {
  const command = join(ROOT, 'node_modules', '.bin', 'pipeline');
  await promisify(execFile)(command, [...ARGS, '--out', folder, '--quiet'], { cwd: ROOT });
  const evaluation = JSON.parse(await readFile(join(folder, 'evaluation.json'), 'utf8')) as Evaluation;
  const measured = { command: `pipeline ${ARGS.join(' ')}`, count: COUNT, points: points(evaluation) };
  await writeFile(OUT, `${JSON.stringify(measured, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
