/**
 * The feature network of an evaluation: the user's file, or one trained once on the training images, a classifier where
 * they have labels and else a denoising autoencoder, and kept in the cache.
 */
import { hashFile } from '@onnoise/base/files';
import * as ort from '@onnoise/runtime-node/onnxruntime';
import type { ImageShape } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { encodeModel, type Graph } from '@onnoise/tracer';
import type { Dataset } from '@onnoise/training/data';
import { readImages, shapeOf } from '../measures/images.ts';
import type { FeatureNetwork, FeatureNetworkInfo, Features, ImageSet } from '../sets/types.ts';
import { digestOf, keptNetwork } from './cache.ts';
import { type Extractor, extractFeatures } from './extract.ts';
import { openFeatureFile } from './file.ts';
import { FEATURE_WIDTH } from './network.ts';
import { autoencoderGraph, classifierGraph } from './onnx.ts';
import type { FeatureRange } from './range.ts';
import { seenShape } from './shape.ts';
import { sourceOfDataset } from './source.ts';
import {
  AUTOENCODER_NOISE,
  type TrainingLength,
  type TrainingProgress,
  trainAutoencoder,
  trainClassifier,
  USUAL_LENGTH,
} from './train.ts';

export interface OpenOptions {
  dataset: Dataset;
  /** Which to train; default: a classifier if the training images have two classes or more. */
  kind?: 'classifier' | 'autoencoder' | undefined;
  /** An ONNX file of the user's, instead of training. */
  file?: string | undefined;
  /** What black and white are in the file's input; default: as the file says, else -1 to 1. */
  range?: FeatureRange | undefined;
  cacheDir: string;
  /** Default: 0. */
  seed?: number | undefined;
  length?: TrainingLength | undefined;
  /** While it trains; never called for a network of the cache. */
  onProgress?: ((progress: TrainingProgress) => void) | undefined;
  /** Gets one sentence for each thing that the user should know. */
  onNote?: ((sentence: string) => void) | undefined;
  /** Stops training and `extract`. */
  signal?: AbortSignal | undefined;
}

/** @throws InputError for a kind without labels and a file that cannot be used; the signal's reason when aborted. */
export async function openFeatureNetwork(options: OpenOptions): Promise<FeatureNetwork> {
  const { dataset, file, range, signal } = options;
  const shape = shapeOf(dataset);
  if (file === undefined) {
    if (range !== undefined) {
      throw new InputError(
        `Cannot train the features: --feature-range must be left out without --feature-model, received ${range}.`,
      );
    }
    return openTrained(options, shape);
  }
  const { extractor, width } = await openFeatureFile(file, shape, range);
  const about: FeatureNetworkInfo = { kind: 'file', name: extractor.name, hash: await hashFile(file), width };
  return networkOf(extractor, about, shape, signal);
}

function networkOf(
  extractor: Extractor,
  about: FeatureNetworkInfo,
  shape: ImageShape,
  signal?: AbortSignal,
): FeatureNetwork {
  return {
    about,
    extract: (images) => extractFeatures(extractor, shape, images, signal),
    dispose: () => extractor.session.release(),
  };
}

async function openTrained(options: OpenOptions, shape: ImageShape): Promise<FeatureNetwork> {
  const { dataset, cacheDir, seed = 0, length = USUAL_LENGTH, onNote, signal } = options;
  const kind = options.kind ?? (classesOf(dataset) > 1 ? 'classifier' : 'autoencoder');
  if (kind === 'classifier' && classesOf(dataset) < 2) {
    throw new InputError(
      `Cannot train a classifier: the training images must be of two classes or more, received ${classesOf(dataset)}.`,
    );
  }
  const name = nameOf(kind, dataset);
  const { bytes, metadata } = await keptNetwork(
    { kind, seed, length, cacheDir, dataset, onNote, what: 'feature network', name },
    () => trainKind(kind, shape, { ...options, seed, length }),
  );
  const about: FeatureNetworkInfo = {
    kind,
    name,
    hash: digestOf(bytes),
    width: FEATURE_WIDTH,
    ...(metadata.accuracy !== undefined && { accuracy: Number(metadata.accuracy) }),
  };
  return networkOf(await extractorOf(bytes, kind, shape), about, shape, signal);
}

const classesOf = ({ labels, train }: Dataset): number =>
  labels ? new Set(Array.from(train, (number) => labels[number])).size : 0;

const nameOf = (kind: 'classifier' | 'autoencoder', { name }: Dataset) =>
  kind === 'classifier'
    ? `classifier of ${name}`
    : `denoising autoencoder of ${name} (noise up to ${AUTOENCODER_NOISE})`;

/** What each kind of network gives. */
const OUTPUTS = {
  classifier: { features: 'features', logits: 'logits' },
  autoencoder: { features: 'features' },
  regressor: { features: 'numbers' },
  segmenter: { features: 'masks' },
} as const;

/** A network that was trained here. @param name for sentences */
export async function extractorOf(
  bytes: Uint8Array,
  kind: keyof typeof OUTPUTS,
  shape: ImageShape,
  name: string = kind,
): Promise<Extractor> {
  return {
    session: await ort.createSession(bytes, { logSeverityLevel: 3 }),
    name: `the ${name}`,
    input: { name: 'images', type: 'float32', shape: seenShape(shape).input, batch: undefined },
    range: '-1,1',
    ...OUTPUTS[kind],
  };
}

/** What a network that was just trained on images of a shape sees in others. @throws as `extractFeatures` */
export async function seeOnce(
  { graph, kind, shape }: { graph: Graph; kind: keyof typeof OUTPUTS; shape: ImageShape },
  images: ImageSet,
  signal?: AbortSignal,
): Promise<Features> {
  const extractor = await extractorOf(encodeModel(graph), kind, shape);
  try {
    return await extractFeatures(extractor, shape, images, signal);
  } finally {
    await extractor.session.release();
  }
}

async function trainKind(
  kind: 'classifier' | 'autoencoder',
  shape: ImageShape,
  { dataset, seed, length, onProgress, signal }: OpenOptions & { seed: number },
): Promise<{ graph: Graph; metadata: Record<string, string> }> {
  const source = sourceOfDataset(dataset, dataset.train);
  const train = { seed, length, onProgress, signal };
  if (kind === 'autoencoder') {
    const graph = autoencoderGraph(shape, await trainAutoencoder(source, train));
    return { graph, metadata: { noise: String(AUTOENCODER_NOISE) } };
  }
  const classCount = dataset.classNames!.length;
  const graph = classifierGraph(shape, classCount, await trainClassifier(source, classCount, train));
  const accuracy = await accuracyOn(dataset, await extractorOf(encodeModel(graph), kind, shape), shape, signal);
  const classes = JSON.stringify(dataset.classNames);
  return { graph, metadata: { classes, ...(accuracy !== undefined && { accuracy: String(accuracy) }) } };
}

/** Images that are held in memory at a time. */
const CHUNK = 1000;

/** Share of the held-out images that are named right; undefined without any. */
async function accuracyOn(
  dataset: Dataset,
  extractor: Extractor,
  shape: ImageShape,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const { validation } = dataset;
  let right = 0;
  try {
    for (let first = 0; first < validation.length; first += CHUNK) {
      const images = await readImages(dataset, validation.subarray(first, first + CHUNK));
      const { classes } = await extractFeatures(extractor, shape, images, signal);
      right += images.labels!.filter((label, i) => label === classes![i]).length;
    }
  } finally {
    await extractor.session.release();
  }
  return validation.length === 0 ? undefined : right / validation.length;
}
