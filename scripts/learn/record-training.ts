/**
 * Records one training for the chapter on learning: a network that samples the same digits from the same noise, after more
 * and more steps. It is the run of the view Train, on all digits. A row of the picture is one digit after so many steps; for
 * each moment of sampling it has the noisy picture, then what the network guesses of it.
 *
 *     npx tsx scripts/learn/record-training.ts [folder of the run]
 *
 * With a folder, a second call goes on where a first one was stopped.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { compileSampler, sampleImages } from '../../scheduler/src/index.ts';
import { toBytes } from '../../scheduler/src/model/index.ts';
import { rowsOf } from '../../training/src/pictures/conditioning.ts';
import { createPredictor } from '../../training/src/pictures/denoiser.ts';
import { planFromConfig } from '../../training/src/plan/resolve.ts';
import { listCheckpoints } from '../../training/src/saved/checkpoint.ts';
import { openRun, runPaths } from '../../training/src/saved/run-folder.ts';
import { specsOfRun } from '../../training/src/saved/specs-of-run.ts';
import { parametersOf } from '../../training/src/step/state.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SITE = join(ROOT, 'site');
const PICTURE = join(SITE, 'public', 'learn', 'recorded-training.png');
const FACTS = join(SITE, 'views', 'learn', 'learning', 'recorded', 'recording.json');
const SHADES = 32;

/** Of training, after which digits are drawn. */
const STEPS = [10, 30, 100, 300, 1000, 3000];
/** Drawn, each from the noise of the seed of its name. */
const DIGITS = [0, 4, 5, 6];
/** Of sampling; every second one is kept, and the last. */
const SAMPLING = 20;
const KEPT = 2;

const ARGS = ['train', '--data', 'digits', '--preset', 'tab', '--sample-every', 'off', '--sample-count', '10'];
const MORE = ['--checkpoint-every', 'off', '--keep', String(STEPS.length), '--seed', '1'];

interface Moment {
  timestep: number;
  /** [N, C, H, W], what the network sees and what it guesses of it. */
  x: Float32Array;
  x0: Float32Array;
}

async function trainUpTo(run: string, steps: number): Promise<void> {
  const there = await listCheckpoints(runPaths(run).checkpoints);
  if (there.some(({ step }) => step === steps)) return;
  const args = [...ARGS, ...MORE, '--steps', String(steps), '--out', run, '--quiet'];
  if (there.length > 0) args.push('--resume');
  await promisify(execFile)(join(ROOT, 'node_modules', '.bin', 'pipeline'), args, { cwd: ROOT });
}

/** The digits on their way from noise, as a network draws them. @param step of training; 0: as it begins */
async function draw(
  run: string,
  step: number,
): Promise<{ seconds: number; shape: readonly number[]; moments: Moment[] }> {
  const { config, checkpoint } = await openRun(run, step === 0 ? STEPS[0] : step, specsOfRun);
  const plan = planFromConfig(config);
  const parameters = step === 0 ? plan.initialParameters() : parametersOf(checkpoint.state);
  const predictor = await createPredictor(plan.model, parameters);
  const rows = rowsOf(plan.model, { labels: Int32Array.from(DIGITS) }, DIGITS.length);
  const moments: Moment[] = [];
  let seen = new Float32Array();
  await sampleImages({
    table: compileSampler(plan.scheduler, { sampler: 'ddim', steps: SAMPLING }),
    shape: plan.model.shape,
    seeds: DIGITS,
    denoise: (x, timesteps) => {
      seen = Float32Array.from(x);
      return predictor.predict(x, timesteps, rows);
    },
    onStep: ({ step: done, timestep, x0 }) => {
      if ((done - 1) % KEPT === 0 || done === SAMPLING) moments.push({ timestep, x: seen, x0: Float32Array.from(x0) });
    },
  });
  await predictor.dispose();
  return { seconds: step === 0 ? 0 : checkpoint.info.seconds, shape: plan.model.shape, moments };
}

const given = process.argv[2];
const run = given ?? (await mkdtemp(join(tmpdir(), 'onnoise-training-')));
try {
  for (const steps of STEPS) await trainUpTo(run, steps);
  const heldOut = new Map(
    (await readFile(runPaths(run).validation, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: number; loss: number })
      .map(({ step, loss }) => [step, Number(loss.toPrecision(3))]),
  );
  const pictures: Uint8Array[] = [];
  const trained = [];
  let timesteps: number[] = [];
  let shape: readonly number[] = [];
  for (const step of [0, ...STEPS]) {
    const drawn = await draw(run, step);
    shape = drawn.shape;
    timesteps = drawn.moments.map(({ timestep }) => Math.round(timestep));
    for (const n of DIGITS.keys()) pictures.push(rowOf(drawn.moments, n, shape));
    trained.push({ step, seconds: Number(drawn.seconds.toPrecision(2)), heldOut: heldOut.get(step) ?? null });
  }
  const [, height = 0, width = 0] = shape;
  const raw = { width: 2 * timesteps.length * width, height: pictures.length * height, channels: 1 } as const;
  const { size } = await sharp(Buffer.concat(pictures), { raw })
    .png({ palette: true, colours: SHADES, dither: 0, effort: 10 })
    .toFile(PICTURE);
  const command = `pipeline ${[...ARGS, ...MORE].join(' ')} --steps ${STEPS.at(-1)}`;
  await writeFile(FACTS, `${JSON.stringify({ command, digits: DIGITS, shape, timesteps, trained }, null, 2)}\n`);
  console.log(
    `recorded-training.png: ${size} bytes, ${trained.length} x ${timesteps.length} of ${DIGITS.length} digits`,
  );
} finally {
  if (given === undefined) await rm(run, { recursive: true, force: true });
}

/** One digit at all moments, [H, 2 moments W]: x and x0 side by side. */
function rowOf(
  moments: readonly Moment[],
  n: number,
  [channels = 0, height = 0, width = 0]: readonly number[],
): Uint8Array {
  const size = channels * height * width;
  const across = 2 * moments.length * width;
  const out = new Uint8Array(height * across);
  for (const [place, values] of moments.flatMap(({ x, x0 }) => [x, x0]).entries()) {
    const bytes = toBytes(values.subarray(n * size, (n + 1) * size));
    for (let y = 0; y < height; y++) {
      out.set(bytes.subarray(y * width, (y + 1) * width), y * across + place * width);
    }
  }
  return out;
}
