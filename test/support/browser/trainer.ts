/** Training in a page against Node: a step in a folder, its images, and Node's losses on them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { FRESH } from '#pipeline/export/train-step/describe.ts';
import { stepFiles, stepFilesOfRun } from '#pipeline/export/train-step/files.ts';
import { MODEL_FILES } from '#scheduler/model/index.ts';
import type { TrainPlan } from '#training/plan/plan.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { train } from '#training/run/train.ts';
import { openRun } from '#training/saved/run-folder.ts';
import { specsOfRun } from '#training/saved/specs-of-run.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';
import { unetConfig } from '../models/unet.ts';
import { temporaryFolder } from '../temporary/folder.ts';
import { memoryDataset } from '../train/memory-dataset.ts';
import { lines, newRun } from '../train/tiny-run.ts';
import type { Host } from './server.ts';
import { type Visit, type VisitOptions, visit } from './visit.ts';

const SIZE = 8;
const CLASSES = 3;

export const NETWORK: PartialConfig = {
  data: { source: 'blobs', size: SIZE, channels: 1, flip: true },
  model: unetConfig({
    sample_size: SIZE,
    num_class_embeds: CLASSES,
    block_out_channels: [16, 16],
    norm_num_groups: 4,
    add_attention: false,
    dropout: 0.1,
  }),
  scheduler: { num_train_timesteps: 100, prediction_type: 'v_prediction', timestep_spacing: 'trailing' },
  training: {
    steps: 50,
    batch: 4,
    optimizer: 'muon',
    weightDecay: 0.05,
    lr: 0.004,
    lrSchedule: 'cosine',
    warmupSteps: 5,
    emaDecay: 0.99,
    labelDropout: 0.2,
    offsetNoise: 0.05,
    timestepSampling: 'logit_normal',
    seed: 11,
  },
  output: { checkpointEvery: null, sampleEvery: null, sampleCount: 1 },
};

export const blobs = () => memoryDataset({ count: 22, size: SIZE, classes: CLASSES, heldOut: 0 });

/** What the page takes. */
export function pixelsOf({ count, channels, height, width, read, labels }: ReturnType<typeof blobs>) {
  const bytes = new Uint8Array(count * channels * height * width);
  read(
    Uint32Array.from({ length: count }, (_, i) => i),
    bytes,
  );
  return { pixels: [...bytes], labels: [...labels!] };
}

export const planOfNetwork = (config: PartialConfig = {}): TrainPlan =>
  planFromConfig(
    resolveConfig([
      { name: 'the test', config: NETWORK },
      { name: 'the rest', config },
    ]),
  );

/** The step of a plan, with fresh weights. */
export async function freshStepFiles(plan: TrainPlan) {
  const state = plan.step.initialState(plan.initialParameters());
  const { classNames } = blobs();
  return stepFiles('test', plan, state, { progress: FRESH, data: null, images: undefined, classNames });
}

export const freshStepFolder = async (plan: TrainPlan): Promise<string> => writeFiles(await freshStepFiles(plan));

export async function stepFolderOfRun(run: string): Promise<string> {
  return writeFiles(await stepFilesOfRun('test', await openRun(run, undefined, specsOfRun)));
}

/** Writes files into a folder of their own. @returns the folder that holds model_index.json or train/ */
export async function writeFiles(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const [first] = Object.keys(files);
  const root = Object.keys(files).find((path) => path.endsWith(MODEL_FILES.index)) ?? first!;
  return join(folder, root.endsWith(MODEL_FILES.index) ? dirname(root) : '');
}

/** Trains in Node. @returns the run's folder and the losses of its steps */
export async function trainInNode(plan: TrainPlan, stopAfter?: number): Promise<{ run: string; losses: number[] }> {
  const run = newRun();
  const controller = new AbortController();
  await train({
    plan,
    dataset: blobs(),
    run,
    resume: false,
    signal: controller.signal,
    hooks: {
      onStep: ({ step }) => {
        if (step === stopAfter) controller.abort();
      },
    },
  });
  return { run, losses: lines(run).map(({ loss }) => loss!) };
}

export async function openTrainerPage(browser: Browser, host: Host, options: VisitOptions = {}): Promise<Visit> {
  const opened = await visit(browser, options);
  await opened.page.goto(`${host.origin}/pages/trainer.html`);
  await opened.page.waitForFunction(() => 'training' in window);
  return opened;
}
