/** Our side of the benchmark: each task is prepared once, then does its work when called. */
import { compileSampler, gaussian, makeSchedule, parseSchedulerConfig, sampleImages } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import { prepareOptions } from '#pipeline/commands/stages/training.ts';
import { conditionInputs } from '#scheduler/training/conditioning.ts';
import { drawStep } from '#scheduler/training/draw.ts';
import { createTrainingBatches, prepareDataset } from '#training/data/index.ts';
import { createEngine } from '#training/engines/index.ts';
import { createModel, initParameters } from '#training/model/index.ts';
import { createPredictor } from '#training/pictures/denoiser.ts';
import { completePlan, draftPlan } from '#training/plan/resolve.ts';
import { imagesPerStep } from '#training/settings/batch.ts';
import { resolveConfig } from '#training/settings/config.ts';
import { readPreset } from '#training/settings/presets.ts';
import { createTrainStep } from '#training/step/step.ts';
import type { Side } from './side.ts';
import type { Size, Work } from './tasks.ts';

/** Engines of training that take part: the default, and TensorFlow's library where it is set up. */
export type OurEngine = 'onnxruntime' | 'tfjs-node';

const T = 300;
const scheduler = parseSchedulerConfig({ num_train_timesteps: T, beta_schedule: 'linear', clip_sample: false });

interface Prepared {
  once(): Promise<unknown>;
  dispose(): Promise<void>;
}

/** All of our sides of a task. */
export async function ourSides(work: Work, engines: readonly OurEngine[]): Promise<Side[]> {
  if (work.do === 'call') return [sideOf('onnxruntime', await calls(work, work.batch))];
  if (work.do === 'sampling') return [sideOf('onnxruntime', await sampling(work, work.steps))];
  if (work.do === 'preset') return [sideOf('onnxruntime', await presetSteps(work.preset))];
  const sides: Side[] = [];
  for (const engine of engines) sides.push(sideOf(engine, await steps(work, work.batch, engine)));
  return sides;
}

function sideOf(name: string, { once, dispose }: Prepared): Side {
  return {
    name,
    ours: true,
    async round(times) {
      const began = performance.now();
      for (let time = 0; time < times; time++) await once();
      return performance.now() - began;
    },
    dispose,
  };
}

function network({ channels, size }: Size) {
  return createModel({ _class_name: 'SimpleUnet', sample_size: size, channels, num_train_timesteps: T });
}

async function steps(size: Size, batch: number, kind: OurEngine): Promise<Prepared> {
  const model = network(size);
  const step = createTrainStep(model, {
    batch,
    shape: model.shape,
    schedule: makeSchedule(scheduler),
    predictionType: 'epsilon',
    loss: 'l1',
    huberDelta: 1,
    minSnr: null,
    accumulate: 1,
    optimizer: 'adam',
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    clipNorm: null,
    ema: false,
  });
  const engine = await createEngine(kind, step, step.initialState(initParameters(model, 0)));
  const pixels = size.size * size.size;
  const images = new Float32Array(batch * pixels);
  gaussian(0, 0, images);
  let done = 0;
  return {
    once() {
      const draw = drawStep(0, done++, batch, pixels, T);
      return engine.step({ images, ...draw, ...step.scalars({ step: done, lr: 1e-4, emaDecay: 0 }) });
    },
    dispose: () => engine.dispose(),
  };
}

/** The steps of a run with a preset, its batches included. */
async function presetSteps(name: string): Promise<Prepared> {
  const draft = draftPlan(resolveConfig([await readPreset(name)]));
  const dataset = await prepareDataset(prepareOptions(draft));
  const { config, model, step, schedule, initialParameters } = completePlan(draft, dataset);
  const { training, data } = config;
  const batch = imagesPerStep(training);
  const batches = createTrainingBatches(dataset, { ...data, batch, seed: training.seed });
  const conditions = conditionInputs(model, { ...training, batch });
  const engine = await createEngine('onnxruntime', step, step.initialState(initialParameters()));
  let done = 0;
  return {
    async once() {
      const { images, labels } = await batches.next();
      const draw = drawStep(training.seed, done, batch, sizeOf(model.shape), schedule.T);
      const told = conditions({ ...(labels && { labels }) }, done++);
      const scalars = step.scalars({ step: done, lr: training.lr, emaDecay: training.emaDecay ?? 0 });
      return engine.step({ images, ...draw, ...told, ...scalars });
    },
    async dispose() {
      dataset.close();
      await engine.dispose();
    },
  };
}

async function calls(size: Size, batch: number): Promise<Prepared> {
  const model = network(size);
  const predictor = await createPredictor(model, initParameters(model, 0));
  const x = new Float32Array(batch * size.size ** 2);
  gaussian(0, 0, x);
  const timesteps = new Float32Array(batch).fill(150);
  return { once: () => predictor.predict(x, timesteps, []), dispose: () => predictor.dispose() };
}

async function sampling(size: Size, count: number): Promise<Prepared> {
  const model = network(size);
  const predictor = await createPredictor(model, initParameters(model, 0));
  const table = compileSampler(scheduler, { sampler: 'ddpm', steps: T });
  const start = { ...table, steps: count, rows: table.rows.slice(0, count) };
  return {
    once: () =>
      sampleImages({
        table: start,
        shape: model.shape,
        seeds: [0],
        denoise: (x, timesteps) => predictor.predict(x, timesteps, []),
      }),
    dispose: () => predictor.dispose(),
  };
}
