/** Measures the held-out images, then draws and writes the pictures of a run: chart, sheet, strip, animation. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '@onnoise/base/files';
import { animatedWebp, besideSheet, joinImages, sheet } from '@onnoise/runtime-node';
import { captionedStrip, lineChart } from '@onnoise/runtime-node/charts';
import { BadOutputError, InputError, spreadSteps } from '@onnoise/scheduler';
import { pictureShapeOf, shownOf, sizeOf, splitPairs, unscaled } from '@onnoise/scheduler/model';
import { reasonOf } from '@onnoise/scheduler/rules';
import { openAutoencoder } from '../autoencoder/index.ts';
import { conditionsOf, type Dataset, readTold } from '../data/index.ts';
import type { DescribedModel } from '../model/described.ts';
import type { TrainPlan } from '../plan/plan.ts';
import { checkpointName } from '../saved/checkpoint.ts';
import { appendLine, cutLines, readLines, type StepMetrics, type ValidationMetrics } from '../saved/metrics.ts';
import { runPaths } from '../saved/run-folder.ts';
import { PREVIEW_BATCH } from '../settings/batch.ts';
import type { EventLog } from '../tensorboard/event-log.ts';
import { rowsOf } from './conditioning.ts';
import { createPredictor, type Predictor } from './denoiser.ts';
import { exampleMasks } from './example-masks.ts';
import { lossChart } from './loss-chart.ts';
import { drawPreview, type Preview, sheetColumns } from './preview.ts';
import { spread } from './spread.ts';
import { type ValidationSet, validationLoss } from './validation.ts';

/** The tutorial shows a denoising in ten pictures. */
const STRIP_PICTURES = 10;
const ANIMATION_FRAMES = 60;
/** Small images are enlarged to about this many pixels. */
const ANIMATION_SIDE = 256;
/** Most held-out images to measure: enough for a steady number, few enough to be quick. */
const VALIDATION_IMAGES = 128;

export interface RunPicturesOptions {
  plan: TrainPlan;
  dataset: Dataset;
  run: string;
  step: number;
  parameters: ReadonlyMap<string, Float32Array>;
  /** Whether the run ends here: then the animation is made too. */
  final: boolean;
  /** Where TensorBoard finds the sheet and the held-out loss, if it is to. */
  events?: EventLog | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Advice for when the held-out loss has become NaN or infinite. */
  advice: () => string;
  /** Told that sampling led to no picture. */
  onNote?: ((line: string) => void) | undefined;
}

/**
 * Measures the held-out images, then draws. Weights whose sampling does not stay finite get no pictures: they may after more steps.
 * @returns the held-out loss; undefined if no image is held out.
 * @throws InputError when that loss is NaN or infinite: such a state gets no pictures.
 */
export async function writePictures(options: RunPicturesOptions): Promise<ValidationMetrics | undefined> {
  const { plan, run } = options;
  const predictor = await createPredictor(plan.model, options.parameters);
  try {
    const measured = await measureHeldOut(options, predictor);
    if (measured) await noteHeldOut(options, measured);
    await writeChart(run);
    const masks = await exampleMasks(options.dataset, plan.model);
    if (masks) await writeWhole(runPaths(run).masks, masks);
    const told = await sheetConditions(options.dataset, plan.model, plan.config.output.sampleCount);
    const drawn = await drawSheet(options, predictor, told).catch((error) => noteUndrawn(options, error));
    if (drawn) await writeSheets(options, await decodePreview(plan, drawn), told, measured?.loss);
    return measured;
  } finally {
    await predictor.dispose();
  }
}

async function measureHeldOut(
  { plan, dataset, step }: RunPicturesOptions,
  predictor: Predictor,
): Promise<ValidationMetrics | undefined> {
  const { model, config, scheduler, schedule } = plan;
  if (!measuresHeldOut(plan, dataset)) return undefined;
  const set = await validationSet(dataset, model);
  const loss = await validationLoss(predictor, set, {
    schedule,
    predictionType: scheduler.prediction_type,
    loss: config.training.loss,
    huberDelta: config.training.huberDelta,
    minSnr: config.training.minSnr,
    seed: config.training.seed,
    batch: PREVIEW_BATCH,
  });
  return { step, loss };
}

/** Writes down what held-out images gave. @throws InputError when the loss is NaN or infinite */
export async function noteHeldOut({ run, advice }: RunPicturesOptions, measured: ValidationMetrics): Promise<void> {
  const { step, loss } = measured;
  if (!Number.isFinite(loss)) {
    throw new InputError(
      `Cannot continue training: the held-out loss of step ${step} must be finite, received ${loss}. ${advice()}`,
    );
  }
  const { validation } = runPaths(run);
  await cutLines(validation, step - 1);
  await appendLine(validation, measured);
}

function drawSheet(
  { plan, onProgress, signal }: RunPicturesOptions,
  predictor: Predictor,
  told: Float32Array | undefined,
): Promise<Preview> {
  const { model, config, scheduler, sampleSteps } = plan;
  return drawPreview({
    predictor,
    scheduler,
    shape: model.shape,
    sampler: config.output.sampler,
    steps: sampleSteps,
    count: config.output.sampleCount,
    seed: config.training.seed,
    classes: model.classCount,
    conditions: model.conditions,
    conditionImage: model.conditionImage,
    told,
    nullCondition: model.nullCondition,
    guided: config.training.calls === undefined,
    onProgress,
    signal,
  });
}

function noteUndrawn({ plan, step, onNote }: RunPicturesOptions, error: unknown): undefined {
  if (!(error instanceof BadOutputError)) throw error;
  const advice = plan.scheduler.clip_sample ? '' : ' With scheduler.clip_sample true it stays within bounds.';
  onNote?.(`Cannot draw the pictures of step ${step}: ${reasonOf(error)}${advice}`);
}

const caption = (timestep: number | undefined) =>
  timestep === undefined ? 'finished' : `timestep ${Math.round(timestep)}`;

/** As pictures where the network draws latents: those of the sheet, and of the frames that are shown. */
async function decodePreview({ autoencoder, model }: TrainPlan, drawn: Preview): Promise<Preview> {
  const { autoencoder: facts } = model;
  if (!autoencoder || !facts) return drawn;
  const coder = openAutoencoder(autoencoder, facts.shape);
  try {
    const size = sizeOf(model.shape);
    const each = async (latents: Float32Array) => {
      const parts: Float32Array[] = [];
      for (let at = 0; at < latents.length; at += PREVIEW_BATCH * size) {
        parts.push(await coder.decode(unscaled(latents.subarray(at, at + PREVIEW_BATCH * size), facts)));
      }
      return joinImages(parts);
    };
    const last = drawn.frames.length - 1;
    const shown = new Set([0, ...spreadSteps(last, STRIP_PICTURES), ...spreadSteps(last, ANIMATION_FRAMES)]);
    const frames: Float32Array[] = [];
    for (const [i, frame] of drawn.frames.entries()) frames.push(shown.has(i) ? await each(frame) : frame);
    return { ...drawn, images: await each(drawn.images), frames };
  } finally {
    await coder.dispose();
  }
}

/** The sheet of the step comes last: if it exists, all of them do. */
async function writeSheets(
  { plan, dataset, run, step, final, events }: RunPicturesOptions,
  { images, frames: whole, timesteps }: Preview,
  told: Float32Array | undefined,
  heldOut: number | undefined,
): Promise<void> {
  const { model, config } = plan;
  const { maskOutput } = model;
  const frames = maskOutput ? whole.map((frame) => splitPairs(frame, model.shape, maskOutput).images) : whole;
  const shape = pictureShapeOf(model);
  const { channelNames } = dataset;
  const show = shownOf('draw the pictures', { shape, channelNames, show: config.output.show });
  const last = frames.length - 1;
  const paths = runPaths(run);
  const chosen = spreadSteps(last, STRIP_PICTURES);
  const captions = chosen.map((number) => caption(timesteps[number]));
  const drawn = maskOutput ? splitPairs(images, model.shape, maskOutput) : { images, shape };
  const cells = besideSheet(drawn, model, told, show);
  const columns = cells.each * sheetColumns(config.output.sampleCount, model.classCount);
  const png = await sheet(cells.images, cells.shape, columns, { show: cells.show });
  const row = await captionedStrip(joinImages(chosen.map((number) => frames[number]!)), shape, captions, { show });
  await writeWhole(paths.samples, png);
  await writeWhole(paths.denoising, row);
  if (final) {
    const shown = [0, ...spreadSteps(last, ANIMATION_FRAMES)].map((number) => frames[number]!);
    const scale = Math.max(1, Math.floor(ANIMATION_SIDE / Math.max(shape[1], shape[2])));
    await writeWhole(paths.forming, await animatedWebp(shown, shape, { scale, show }));
  }
  await writeWhole(join(paths.sheets, `${checkpointName(step)}-denoising.png`), row);
  await noteSheet({ run, step, events }, png, heldOut);
}

/** Writes the sheet of a step. */
export async function noteSheet(
  { run, step, events }: Pick<RunPicturesOptions, 'run' | 'step' | 'events'>,
  png: Uint8Array,
  heldOut: number | undefined,
): Promise<void> {
  await events?.notePictures(step, png, heldOut);
  await writeWhole(runPaths(run).sheetOf(step), png);
}

/**
 * Whether the pictures of a step and its held-out loss exist, and where it is wanted the animation. The sheet of the step
 * is written last. It may be from before the run went back to an older checkpoint, but then its loss is cut off.
 */
export async function hasPictures(run: string, step: number, heldOut: boolean, animated: boolean): Promise<boolean> {
  const paths = [runPaths(run).sheetOf(step), ...(animated ? [runPaths(run).forming] : [])];
  const there = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  const measured = await readLines<ValidationMetrics>(runPaths(run).validation);
  return there.every(Boolean) && (!heldOut || measured.some((line) => line.step === step));
}

export async function writeChart(run: string): Promise<void> {
  const paths = runPaths(run);
  const metrics = await readLines<StepMetrics>(paths.metrics);
  if (metrics.length === 0) return;
  const validation = await readLines<ValidationMetrics>(paths.validation);
  await writeWhole(paths.loss, await lineChart(lossChart(metrics, validation)));
}

/** Whether a run has a held-out loss. It is that of taking noise away, which a student does not learn. */
export const measuresHeldOut = ({ config }: Pick<TrainPlan, 'config'>, { validation }: Pick<Dataset, 'validation'>) =>
  validation.length > 0 && config.training.calls === undefined;

async function validationSet(dataset: Dataset, model: DescribedModel): Promise<ValidationSet> {
  const numbers = spread(dataset.validation, VALIDATION_IMAGES);
  const told = {
    ...(model.classCount !== null && { labels: Int32Array.from(numbers, (number) => dataset.labels![number]!) }),
    ...(model.conditions.length > 0 && { conditions: conditionsOf(dataset.conditions!, numbers) }),
  };
  const { images, conditionImage } = await readTold(dataset, numbers, roleOf(model));
  return { images, rows: rowsOf(model, { ...told, ...(conditionImage && { conditionImage }) }, numbers.length) };
}

const roleOf = ({ maskOutput }: DescribedModel) => (maskOutput ? 'output' : 'input');

/** What the network is told of each picture of a sheet: of held-out images in turn, or of others where none is held out. */
async function sheetConditions(
  dataset: Dataset,
  model: DescribedModel,
  count: number,
): Promise<Float32Array | undefined> {
  if (!model.conditionImage) return undefined;
  const from = dataset.validation.length > 0 ? dataset.validation : dataset.train;
  const few = spread(from, count);
  const numbers = Uint32Array.from({ length: count }, (_, i) => few[i % few.length]!);
  return (await readTold(dataset, numbers)).conditionImage;
}
