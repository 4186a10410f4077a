/**
 * The work of `pipeline train`: resolves the settings, holds the run's folder, prepares the images, trains, and reports
 * changed settings and where the files are. `--dry-run` only reports what training would do.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  INTERRUPTED,
  type ProgressEvent,
  type ReportProgress,
  sayDetail,
  sayNote,
  sayResult,
  withInterrupt,
  withProgress,
} from '@onnoise/base/terminal';
import { formatDuration, formatPath, plural, program, shellPath } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { Dataset } from '@onnoise/training/data';
import {
  draftPlan,
  estimatePlan,
  machineMemory,
  memoryShortage,
  type PlanDraft,
  type TrainPlan,
  type TrainSettings,
} from '@onnoise/training/plan';
import { type HeldRun, type TrainResult, train } from '@onnoise/training/run';
import { readLines, runPaths, type ValidationMetrics } from '@onnoise/training/saved';
import { checkComplete } from '@onnoise/training/settings';
import { describeDifferences, readSettings, type SettingsArguments } from '../options/settings.ts';
import { describeDataset } from './describe-dataset.ts';
import { dryRun } from './dry-run.ts';
import { prepareWithProgress } from './prepare-with-progress.ts';
import { describeAugmentation, describeClasses, describeModel, describeStep } from './training.ts';

/** An estimate may exceed the machine's memory by this factor. */
const FAR = 1.2;

/** The options that are no settings; `typedLayer` reads the rest. */
export interface TrainArguments extends SettingsArguments {
  dryRun: boolean;
  verbose?: boolean | undefined;
}

export async function runTraining(args: TrainArguments): Promise<void> {
  const { out, resume, verbose = false } = args;
  const settings = await readSettings(args);
  const draft = draftOf(settings);
  const { base } = settings;
  if (args.dryRun) return withInterrupt((signal) => dryRun({ draft, base, run: out, resume, verbose, signal }));

  const folder = requireFolder(draft, out);
  await withInterrupt(async (signal) => {
    const { trained, ...result } = await trainWithProgress('Training', draft, base, { folder, resume, signal });
    const validation = result.validation ?? (trained ? undefined : await lastMeasured(folder, result.step));
    tellResult(folder, { ...result, validation }, trained);
  });
}

export const draftOf = ({ config, start, yielding, autoencoder }: TrainSettings): PlanDraft =>
  draftPlan(config, start, yielding, autoencoder);

/**
 * Trains, and shows how far it is.
 * @param label beside the bar @param base what the settings that are told lie over
 * @returns with `trained`, whether this call made a step
 */
export async function trainWithProgress(
  label: string,
  draft: PlanDraft,
  base: TrainSettings['base'],
  { folder, resume, signal }: { folder: string; resume: boolean; signal: AbortSignal },
): Promise<TrainResult & { trained: boolean }> {
  let trained = false;
  let latest: ProgressEvent | undefined;
  let report: ReportProgress = () => {};
  const result = await train({
    plan: draft,
    run: folder,
    resume,
    signal,
    dataset: (options) => prepareWithProgress(options, signal),
    hooks: {
      onHeld: (run) => checkMemory(draft.plan, run),
      onPlan: (plan, dataset) => {
        tellPlan(plan, draft, dataset, base);
        if (plan.config.output.tensorboard) sayNote(`To watch: tensorboard --logdir ${shellPath(folder)}`);
      },
      around: (steps) =>
        withProgress(label, { unit: 'steps' }, (given) => {
          report = given;
          return steps();
        }),
      onNote: sayNote,
      onStep: (metrics, progress) => {
        trained = true;
        latest = { ...progress, note: describeStep(metrics) };
        report(latest);
      },
      aroundLatents: (work) =>
        withProgress('Encoding', { unit: 'images' }, (given) => work((done, total) => given({ done, total }))),
      aroundLessons: (work) =>
        withProgress('The teacher draws', { unit: 'pictures' }, (given) =>
          work((done, total) => given({ done, total })),
        ),
      onPreview: (done, total) => {
        if (latest !== undefined) report({ ...latest, note: `drawing pictures, ${done} of ${total}` });
      },
    },
  });
  return { ...result, trained };
}

function requireFolder({ plan }: PlanDraft, out: string | undefined): string {
  checkComplete(plan.config);
  if (out !== undefined) return out;
  throw new InputError(
    'Cannot start training: --out must be the folder of the run, as --out runs/x, received nothing.',
  );
}

/** An estimate is not exact: warns if it is a little over the machine's memory, and refuses if it is far over. */
async function checkMemory(plan: TrainPlan, { choice }: HeldRun): Promise<void> {
  if (choice.kind === 'tfjs-node-gpu') return;
  const [estimate, { total }] = [await estimatePlan(plan), machineMemory()];
  const shortage = await memoryShortage(estimate, plan, total);
  if (shortage === undefined) return;
  if (estimate.total > FAR * total) throw new InputError(`Cannot train on this machine: ${shortage}`);
  sayNote(`There may be too little memory: ${shortage}`);
}

function tellPlan(plan: TrainPlan, draft: PlanDraft, dataset: Dataset, base: TrainSettings['base']): void {
  sayNote(describeDataset(dataset).join('\n'));
  sayNote(describeDifferences(plan.config, base).join('\n'));
  sayDetail(JSON.stringify(plan.config, null, 2));
  for (const note of describeAugmentation(plan.config.data)) sayNote(note);
  sayNote(describeModel(plan));
  for (const note of describeClasses(draft, plan, dataset.classNames)) sayNote(note);
}

/** The held-out loss of a run that was done before. */
async function lastMeasured(run: string, step: number): Promise<ValidationMetrics | undefined> {
  const lines = await readLines<ValidationMetrics>(runPaths(run).validation);
  return lines.findLast((line) => line.step === step);
}

/** Those of the end: an autoencoder's run has no noise to take away. */
const picturesIn = (run: string): string[] =>
  ['samples.png', 'denoising.png', 'forming.webp', 'loss.png'].filter((name) => existsSync(join(run, name)));

/** @param trained whether this call made a step */
function tellResult(
  run: string,
  { interrupted, step, seconds, loss, checkpoint, validation }: TrainResult,
  trained: boolean,
): void {
  const near = validation?.psnr === undefined ? '' : `, images come back at ${validation.psnr.toFixed(1)} dB`;
  const held = validation ? ` Held-out loss ${validation.loss.toPrecision(4)}${near}.` : '';
  const done = `${plural(step, 'step')} in ${formatDuration(seconds)}`;
  const lines = [
    ...(interrupted ? [] : [`${trained ? 'Trained' : 'The run was already complete, after'} ${done}.${held}`]),
    ...(checkpoint ? [`Checkpoint: ${formatPath(checkpoint)}`] : []),
    ...(interrupted ? [] : [`Pictures: ${formatPath(run)} (${picturesIn(run).join(', ')})`]),
  ];
  if (interrupted) {
    process.exitCode = INTERRUPTED;
    sayNote(`Stopped after step ${step}. Continue with: ${program('train')} --out ${shellPath(run)} --resume`);
  }
  sayResult(lines, {
    run,
    step,
    seconds,
    loss: loss ?? null,
    validationLoss: validation?.loss ?? null,
    checkpoint: checkpoint ?? null,
  });
}
