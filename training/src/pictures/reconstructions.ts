/** Pictures of an autoencoder's run: held-out images beside what it gives back of them, measured; and how its latents are spread. */
import { writeWhole } from '@onnoise/base/files';
import { type Coder, joinImages, pairSheet, sheet } from '@onnoise/runtime-node';
import { type ImageShape, shownOf } from '@onnoise/scheduler/model';
import { createCoder } from '../autoencoder/create-coder.ts';
import { createSpread, faultsOf, type LatentSpread } from '../autoencoder/latent-spread.ts';
import { type Quality, qualityOf } from '../autoencoder/quality.ts';
import { type Dataset, readTold } from '../data/index.ts';
import type { AutoencoderModel } from '../folder/halves.ts';
import type { ValidationMetrics } from '../saved/metrics.ts';
import { runPaths, writeJson } from '../saved/run-folder.ts';
import { type LossOptions, lossOf } from '../step/loss.ts';
import { noteHeldOut, noteSheet, type RunPicturesOptions, writeChart } from './pictures.ts';
import { spread } from './spread.ts';

/** Most held-out images to measure, and images whose latents are looked at: enough for steady numbers, and quick. */
const MEASURED = 128;
const SPREAD = 256;
/** Images per call. */
const BATCH = 8;

/** `latents.json` of a run. */
export interface LatentsFile extends LatentSpread {
  /** Of the weights. */
  step: number;
  /** How many images were looked at. */
  images: number;
}

/**
 * @returns how near held-out images come back; undefined where none is held out
 */
async function measureReconstructions(
  coder: Coder,
  dataset: Dataset,
  loss: LossOptions,
): Promise<(Quality & { loss: number }) | undefined> {
  const numbers = spread(dataset.validation, MEASURED);
  if (numbers.length === 0) return undefined;
  const { images, pictures } = await reconstructAll(coder, dataset, numbers);
  let sum = 0;
  for (let i = 0; i < images.length; i++) sum += lossOf(loss, pictures[i]! - images[i]!);
  return { loss: sum / images.length, ...qualityOf(pictures, images, coder.shape) };
}

async function reconstructAll(coder: Coder, dataset: Dataset, numbers: Uint32Array) {
  const [images, pictures]: [Float32Array[], Float32Array[]] = [[], []];
  for (let first = 0; first < numbers.length; first += BATCH) {
    const some = (await readTold(dataset, numbers.subarray(first, first + BATCH))).images;
    const { mean } = await coder.encode(some);
    images.push(some);
    pictures.push(await coder.decode(mean));
  }
  return { images: joinImages(images), pictures: joinImages(pictures) };
}

/** Looks at the latents of images to train on. */
async function spreadOf(coder: Coder, dataset: Dataset): Promise<LatentSpread & { images: number }> {
  const numbers = spread(dataset.train, SPREAD);
  const { add, spread: result } = createSpread(coder.latents);
  for (let first = 0; first < numbers.length; first += BATCH) {
    const { images } = await readTold(dataset, numbers.subarray(first, first + BATCH));
    const { mean, logVariance } = await coder.encode(images);
    add(mean, logVariance);
  }
  return { images: numbers.length, ...result() };
}

/**
 * Measures, writes `latents.json`, and draws the sheet: each image and, beside it, what came back.
 * @returns the held-out loss and quality; undefined if no image is held out.
 * @throws InputError when that loss is NaN or infinite: such a state gets no pictures.
 */
export async function writeReconstructions(
  model: AutoencoderModel,
  options: RunPicturesOptions,
): Promise<ValidationMetrics | undefined> {
  const { plan, dataset, run, step, onNote } = options;
  const { training, output } = plan.config;
  const coder = createCoder(model, options.parameters);
  try {
    const found = await measureReconstructions(coder, dataset, training);
    const measured = found && { step, ...found };
    if (measured) await noteHeldOut(options, measured);
    await writeChart(run);
    const latents = await spreadOf(coder, dataset);
    for (const fault of faultsOf(latents)) onNote?.(fault);
    await writeJson(runPaths(run).latents, { step, ...latents } satisfies LatentsFile);
    const from = dataset.validation.length > 0 ? dataset.validation : dataset.train;
    const { images, pictures } = await reconstructAll(coder, dataset, spread(from, output.sampleCount));
    const png = await drawPairs(images, pictures, coder.shape, dataset.channelNames, output.show);
    await writeWhole(runPaths(run).samples, png);
    await noteSheet(options, png, measured?.loss);
    return measured;
  } finally {
    await coder.dispose();
  }
}

function drawPairs(
  images: Float32Array,
  pictures: Float32Array,
  shape: ImageShape,
  channelNames: readonly string[] | undefined,
  show: string | undefined,
): Promise<Uint8Array> {
  const shown = shownOf('draw the pictures', { shape, channelNames, show });
  const cells = pairSheet(images, pictures, shape, shown);
  const each = images.length / (shape[0] * shape[1] * shape[2]);
  return sheet(cells.images, cells.shape, cells.each * Math.ceil(Math.sqrt(each)), { show: cells.show });
}
