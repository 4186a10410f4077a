/** `pipeline train --dry-run`: prints the network, the images, whether it fits, and about how long training takes. */

import { sayResult } from '@onnoise/base/terminal';
import { formatBytes, formatDuration, formatNumber, plural } from '@onnoise/base/text';
import { nameChannels } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type Look, listClasses, lookAtImages } from '@onnoise/training/data';
import { chooseEngine, type EngineChoice } from '@onnoise/training/engines';
import { countParameters } from '@onnoise/training/model';
import {
  checkList,
  completePlan,
  describeMemory,
  estimatePlan,
  foreseePrivacy,
  machineMemory,
  measureStep,
  memoryShortage,
  type PlanDraft,
  pictureSeconds,
  requireRunSpace,
  stepsOf,
  TIMED_BATCH,
  type TrainPlan,
  type TrainSettings,
  trainingImages,
  withBatch,
} from '@onnoise/training/plan';
import { checkpointBytes } from '@onnoise/training/saved';
import { imagesPerStep } from '@onnoise/training/settings';
import { describeDifferences } from '../options/settings.ts';
import { describeAugmentation, describeClasses, describeModel, prepareOptions } from './training.ts';

/** Most classes and skipped images to name; the rest are counted. */
const NAMED = 10;

export interface DryRunOptions {
  draft: PlanDraft;
  /** The settings below those that the user typed. */
  base: TrainSettings['base'];
  /** Folder of the run, if one is named; it is not created. */
  run?: string | undefined;
  /** Whether a run is resumed, which keeps its classes. */
  resume: boolean;
  verbose: boolean;
  signal?: AbortSignal | undefined;
}

/** Prints its findings. @throws InputError as training would, and for too little memory; Failure for too little disk. */
export async function dryRun({ draft, base, run, resume, verbose, signal }: DryRunOptions): Promise<void> {
  const { config } = draft.plan;
  const look = config.data.source === undefined ? undefined : await lookAtImages(prepareOptions(draft), signal);
  const plan = look === undefined ? draft.plan : completePlan(draft, look);
  const { training } = plan.config;
  const notes = look === undefined ? [] : checkList(plan, look, resume);
  const images = look && trainingImages(plan, look);
  const { kind, reason } = await chooseEngine(training.engine, training.allowCpu);
  const memory = await estimatePlan(plan);
  const machine = machineMemory();
  const shortage = kind === 'tfjs-node-gpu' ? undefined : await memoryShortage(memory, plan, machine.total);
  const time = shortage === undefined ? await estimateTime(plan, kind, images, machine.free, signal) : undefined;
  const bytes = checkpointBytes(plan.step.state);
  const lines = [
    ...(verbose ? [JSON.stringify(plan.config, null, 2)] : describeDifferences(plan.config, base)),
    ...(look ? describeLook(look) : ['Images: none given; name them with --data.']),
    ...notes,
    ...describeAugmentation(plan.config.data),
    describeModel(plan),
    ...describeClasses(draft, plan, look?.classNames),
    ...(look ? foreseePrivacy(plan, look) : []),
    `Engine: ${reason}.`,
    `${describeMemory(memory, training.batch, kind)}; this machine has ${formatBytes(machine.total)}, ${formatBytes(machine.free)} of it free`,
    `Checkpoints: ${formatBytes(bytes)} each, ${plan.config.output.keep} are kept`,
    ...(time ? [time.text] : []),
  ];
  sayResult(lines, {
    config: plan.config,
    images: look && { ...look, groups: undefined, conditions: look.conditions?.names },
    parameters: countParameters(plan.model),
    engine: kind,
    memory,
    machine: machine.total,
    checkpointBytes: bytes,
    steps: time?.steps ?? null,
    seconds: time?.seconds ?? null,
  });
  if (shortage !== undefined) throw new InputError(`Cannot train on this machine: ${shortage}`);
  if (run !== undefined) await requireRunSpace(plan, run);
}

function describeLook(look: Look): string[] {
  const { name, total, classNames, conditions, notes, looked, channels, channelNames, skipped } = look;
  const classes = classNames
    ? `, ${plural(classNames.length, 'class', 'classes')} (${listClasses(classNames, NAMED)})`
    : '';
  const numbers = conditions ? `, with ${conditions.names.join(' and ')}` : '';
  const which = looked === total ? 'all of them' : `the first ${looked}`;
  return [
    `Images: ${name}, ${plural(total, 'image')}${classes}${numbers}; ${which} checked: ${nameChannels(channels, channelNames)}, ${skipped.length} skipped`,
    ...skipped.slice(0, NAMED).map(({ file, reason }) => `  ${file}: ${reason}`),
    ...notes.map((note) => `  ${note}`),
  ];
}

interface Time {
  text: string;
  steps: number | undefined;
  seconds: number | undefined;
}

/** Times some real steps if the duration is not set and enough memory is free. */
async function estimateTime(
  plan: TrainPlan,
  kind: EngineChoice['kind'],
  images: number | undefined,
  free: number,
  signal: AbortSignal | undefined,
): Promise<Time> {
  const { minutes, batch } = plan.config.training;
  if (minutes !== undefined) {
    return {
      text: `Time: ${formatDuration(minutes * 60)}, as set`,
      steps: undefined,
      seconds: minutes * 60,
    };
  }
  const steps = stepsOf(plan.config, images);
  if (steps === undefined) return { text: 'Time: not known without the images', steps: undefined, seconds: undefined };
  const timed = batch <= TIMED_BATCH ? plan : withBatch(plan, TIMED_BATCH);
  if ((await estimatePlan(timed)).total > free) {
    return { text: `Time: not measured, because too little memory is free; ${steps} steps`, steps, seconds: undefined };
  }
  const measured = await measureStep(timed, kind, signal);
  const share = batch / timed.config.training.batch;
  const secondsPerStep = measured.seconds * share;
  const every = plan.config.output.sampleEvery ?? steps;
  const seconds = steps * secondsPerStep + Math.ceil(steps / every) * pictureSeconds(plan, secondsPerStep);
  const how = `${plural(measured.steps, 'step')} of ${plural(imagesPerStep(timed.config.training), 'image')} ${measured.steps === 1 ? 'was' : 'were'} timed`;
  const text = `Time: about ${formatDuration(seconds)} for ${plural(steps, 'step')} and their pictures, ${formatNumber(secondsPerStep)} s per step (${how})`;
  return { text, steps, seconds };
}
