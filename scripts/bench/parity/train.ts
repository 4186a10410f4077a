/**
 * Trains both sides from the same weights on the same batches with the same noise, timesteps and learning rates: ours as
 * `pipeline train` does, PyTorch's in lockstep. Both go on where an earlier process was stopped.
 */

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sizeOf } from '@onnoise/scheduler/model';
import { writeWhole } from '#base/files/output.ts';
import { conditionInputs } from '#scheduler/training/conditioning.ts';
import { drawStep } from '#scheduler/training/draw.ts';
import { lrAt } from '#scheduler/training/lr.ts';
import { createTrainingBatches, type Dataset } from '#training/data/index.ts';
import { encodeSafetensors } from '#training/folder/safetensors.ts';
import type { TrainPlan } from '#training/plan/plan.ts';
import { train } from '#training/run/train.ts';
import { appendLine, cutLines, readLines } from '#training/saved/metrics.ts';
import { openRun, runPaths } from '#training/saved/run-folder.ts';
import { parametersOf } from '#training/step/state.ts';
import type { TorchSide } from './torch-side.ts';

export interface Line {
  /** Updates done, from 1. */
  step: number;
  loss: number;
  gradNorm: number;
}

export interface Trained {
  /** Of every step. */
  lines: readonly Line[];
  /** safetensors file of the averaged weights. */
  weights: string;
}

type Say = (step: number, loss: number) => void;

export async function trainOurs(plan: TrainPlan, dataset: Dataset, folder: string, say: Say): Promise<Trained> {
  const run = join(folder, 'ours');
  const weights = join(run, 'average.safetensors');
  const paths = runPaths(run);
  if (!existsSync(weights)) {
    const hooks = { onStep: ({ step, loss }: Line) => say(step, loss) };
    await train({ plan, dataset, run, resume: existsSync(paths.config), hooks });
    const { checkpoint } = await openRun(run, plan.config.training.steps, () => plan.step.state);
    await writeWeights(weights, plan, parametersOf(checkpoint.state));
  }
  return { lines: await readLines<Line>(paths.metrics), weights };
}

export async function trainTorch(
  plan: TrainPlan,
  dataset: Dataset,
  folder: string,
  torch: TorchSide,
  say: Say,
): Promise<Trained> {
  const run = join(folder, 'torch');
  const metrics = join(run, 'metrics.jsonl');
  await mkdir(run, { recursive: true });
  const initial = join(folder, 'initial.safetensors');
  await writeWeights(initial, plan, plan.initialParameters());
  const { training, output } = plan.config;
  const steps = training.steps!;
  const every = output.checkpointEvery ?? steps;
  const { step: done } = await torch.ask<{ step: number }>('open', { ...settingsOf(plan), initial, folder: run });
  await cutLines<Line>(metrics, done);
  const inputs = inputsOf(plan, dataset);
  for (let step = 0; step < steps && done < steps; step++) {
    const { lr, arrays } = await inputs(step);
    if (step < done) continue; // only to come to the place in the data
    const answer = await torch.ask<Omit<Line, 'step'>>('step', { lr }, arrays);
    await appendLine(metrics, { step: step + 1, ...answer });
    if ((step + 1) % every === 0 || step + 1 === steps) await torch.ask('save');
    say(step + 1, answer.loss);
  }
  return { lines: await readLines<Line>(metrics), weights: join(run, 'average.safetensors') };
}

/** The network, the noise schedule and the optimizer, in diffusers' and PyTorch's words. */
function settingsOf({ config }: TrainPlan) {
  const own = ['_class_name', 'null_condition', 'conditions', 'patch_size', 'class_pictures'];
  const network = Object.fromEntries(Object.entries(config.model).filter(([name]) => !own.includes(name)));
  return { config: network, scheduler: config.scheduler, training: config.training };
}

/** What step `step` (from 0, in order) of a run gets, as `runLoop` draws it. */
function inputsOf(plan: TrainPlan, dataset: Dataset) {
  const { model, schedule, config } = plan;
  const { seed, batch, lr, lrSchedule, warmupSteps } = config.training;
  const steps = config.training.steps!;
  const batches = createTrainingBatches(dataset, { ...config.data, batch, seed });
  const conditions = conditionInputs(model, config.training);
  return async (step: number) => {
    const { images, ...given } = await batches.next();
    const { noise, timesteps } = drawStep(seed, step, batch, sizeOf(model.shape), schedule.T);
    const { labels } = conditions(given, step);
    const shape = [batch, ...model.shape];
    return {
      lr: lrAt({ lr, lrSchedule, warmupSteps }, step, step / steps),
      arrays: {
        images: { shape, data: images },
        noise: { shape, data: noise },
        timesteps: { shape: [batch], data: timesteps },
        labels: { shape: [batch], data: labels as Int32Array },
      },
    };
  };
}

async function writeWeights(
  path: string,
  { model }: TrainPlan,
  parameters: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  const tensors = model.parameters.map(({ name, shape }) => [name, { shape, data: parameters.get(name)! }] as const);
  await writeWhole(path, encodeSafetensors(new Map(tensors), { format: 'pt' }));
}
