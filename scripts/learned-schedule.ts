/**
 * What a learned schedule does, from a run with --learn-schedule: a chart of its curve beside the named schedules, and
 * one of what each timestep says of the variational bound, under the schedule that it started from and under its own.
 *
 *     npx tsx scripts/learned-schedule.ts runs/learned docs/learned-schedule.png
 *
 * It needs the run's prepared images. The network was trained at the noise levels of its own schedule, so its errors are
 * measured there, and read off as a function of the noise level for the other.
 */
import { writeFile } from 'node:fs/promises';
import { lineChart } from '@onnoise/runtime-node';
import { addNoise, gaussian, makeSchedule, parseSchedulerConfig, predictionTarget } from '@onnoise/scheduler';
import sharp from 'sharp';
import { prepareOptions } from '../pipeline/src/commands/stages/training.ts';
import { conditionsOf, prepareDataset, readFloats } from '../training/src/data/index.ts';
import { createModel } from '../training/src/model/index.ts';
import { rowsOf } from '../training/src/pictures/conditioning.ts';
import { createPredictor } from '../training/src/pictures/denoiser.ts';
import { scheduleChart } from '../training/src/pictures/schedule-chart.ts';
import { draftPlan } from '../training/src/plan/resolve.ts';
import { openRun } from '../training/src/saved/run-folder.ts';
import { specsOfRun } from '../training/src/saved/specs-of-run.ts';
import { gammasOf } from '../training/src/step/learned-schedule.ts';
import { parametersOf, schedulerOf } from '../training/src/step/state.ts';

/** Timesteps that are measured, and images at each. */
const POINTS = 60;
const IMAGES = 32;

const [run, out] = process.argv.slice(2);
if (run === undefined || out === undefined) throw new Error('Usage: npx tsx scripts/learned-schedule.ts <run> <png>');
const { checkpoint, config } = await openRun(run, undefined, specsOfRun);
const first = parseSchedulerConfig(config.scheduler);
const [start, learned] = [first, schedulerOf(first, checkpoint.state)].map(makeSchedule) as [Schedule, Schedule];
type Schedule = ReturnType<typeof makeSchedule>;

const draft = draftPlan(config);
const dataset = await prepareDataset(prepareOptions(draft));
const model = createModel(config.model);
const predictor = await createPredictor(model, parametersOf(checkpoint.state));
const held = dataset.validation.slice(0, IMAGES);
const images = await readFloats(dataset, held);
const told = {
  ...(model.classCount !== null && { labels: Int32Array.from(held, (number) => dataset.labels![number]!) }),
  ...(model.conditions.length > 0 && { conditions: conditionsOf(dataset.conditions!, held) }),
};
const rows = rowsOf(model, told, held.length);
const noise = new Float32Array(images.length);
gaussian(1, 0, noise);

/** Mean squared error of the noise at a timestep of the learned schedule. */
async function errorAt(t: number): Promise<number> {
  const timesteps = new Int32Array(held.length).fill(t);
  const x = addNoise(learned, images, noise, timesteps);
  const target = predictionTarget(learned, first.prediction_type, images, noise, timesteps);
  const output = await predictor.predict(x, Float32Array.from(timesteps), rows);
  const mean = output.reduce((sum, value, i) => sum + (value - target[i]!) ** 2, 0) / output.length;
  const [signal, snr] = [learned.alphaBar[t]!, learned.snr[t]!];
  return mean * (first.prediction_type === 'epsilon' ? 1 : first.prediction_type === 'sample' ? snr : signal);
}

const { T } = learned;
const places = Array.from({ length: POINTS }, (_, i) => Math.round(1 + (i * (T - 2)) / (POINTS - 1)));
const errors: number[] = [];
for (const t of places) errors.push(await errorAt(t));
await predictor.dispose();
dataset.close();

const gamma = { start: gammasOf(start.alphaBar), learned: gammasOf(learned.alphaBar) };
const measuredAt = places.map((t) => gamma.learned[t]!);
/** The error at a noise level, between the measured ones on a line of its logarithm. */
function errorOf(level: number): number {
  const above = measuredAt.findIndex((value) => value >= level);
  const after = above < 0 ? POINTS - 1 : Math.max(1, above);
  const [a, b] = [measuredAt[after - 1]!, measuredAt[after]!];
  const share = Math.min(1, Math.max(0, (level - a) / (b - a)));
  return Math.exp((1 - share) * Math.log(errors[after - 1]!) + share * Math.log(errors[after]!));
}
const terms = (curve: readonly number[]) =>
  curve.slice(1).map((level, t) => (T / 2) * Math.expm1(level - curve[t]!) * errorOf(level));
const [before, after] = [terms(gamma.start), terms(gamma.learned)];
const spread = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance, relative: Math.sqrt(variance) / mean };
};
process.stdout.write(`${JSON.stringify({ start: spread(before), learned: spread(after) }, null, 2)}\n`);

const x = before.map((_, t) => t + 1);
const charts = [
  await lineChart(scheduleChart(first, learned.alphaBar)),
  await lineChart({
    title: 'What each timestep says of the bound',
    xLabel: 'timestep',
    logY: true,
    series: [
      { name: first.beta_schedule, x, y: before },
      { name: 'learned', x, y: after },
    ],
  }),
];
const { height = 0, width = 0 } = await sharp(charts[0]).metadata();
const sheet = sharp({ create: { width, height: 2 * height, channels: 3, background: '#ffffff' } });
const layers = charts.map((input, i) => ({ input, top: i * height, left: 0 }));
await writeFile(out, await sheet.composite(layers).png({ compressionLevel: 9 }).toBuffer());
