/**
 * Reads masks in pictures: a segmenter, trained once on the training images with their masks and kept in the cache. What it reads
 * in a model's pictures is held against the masks that they were asked for, or that were drawn with them.
 *
 * Images of more than 128 pixels a side are made smaller for it, and masks with them.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { checkWritable } from '@onnoise/base/files';
import * as ort from '@onnoise/runtime-node/onnxruntime';
import { encodeModel } from '@onnoise/tracer';
import type { Dataset } from '@onnoise/training/data';
import { shapeOf } from '../measures/images.ts';
import type { MaskClasses } from '../measures/mask-dice.ts';
import type { ImageSet } from '../sets/types.ts';
import { resizeMasks } from './batch-masks.ts';
import { cacheKey, cachePath, digestOf, readCached, writeCached } from './cache.ts';
import { type Extractor, extractFeatures } from './extract.ts';
import { segmenterGraph } from './onnx.ts';
import type { OpenOptions } from './open.ts';
import { RANGE_KEY } from './range.ts';
import { seenShape } from './shape.ts';
import { sourceOfDataset } from './source.ts';
import { SEGMENTER_LENGTH, trainSegmenter } from './train-segmenter.ts';

export interface MaskReader {
  /** Names of the classes. */
  classes: readonly string[];
  /** Of the masks that are read. */
  about: MaskClasses;
  /** `segmenter of hands` */
  name: string;
  /** SHA-256 (hex) of the ONNX file. */
  hash: string;
  /** Class numbers of what the images show. @param images of the shape of the training images */
  read(images: ImageSet): Promise<Uint8Array>;
  /** Masks of the images' size in the size of those that are read. */
  fit(masks: Uint8Array): Uint8Array;
  dispose(): Promise<void>;
}

const OUTPUT = 'masks';
/** Masks that are held in memory at a time to hash them. */
const CHUNK = 256;

/** @throws InputError when training diverges or the cache cannot be written; the signal's reason when aborted. */
export async function openMaskReader(
  options: Pick<OpenOptions, 'cacheDir' | 'seed' | 'length' | 'onProgress' | 'onNote' | 'signal'> & {
    /** With masks. */
    dataset: Dataset;
  },
): Promise<MaskReader> {
  const { dataset, cacheDir, seed = 0, length = SEGMENTER_LENGTH, onProgress, onNote, signal } = options;
  const { classes, values } = dataset.beside!.mask!;
  const shape = shapeOf(dataset);
  const { input } = seenShape(shape);
  const [[, height, width], [, tall, wide]] = [shape, input];
  // The value 0 is background, whatever it is called.
  const about: MaskClasses = { count: classes.length, first: (values?.[0] ?? 0) === 0 ? 1 : 0, plane: tall * wide };
  const name = `segmenter of ${dataset.name}`;
  const masks = JSON.stringify([classes, about.first, await digestOfMasks(dataset)]);
  const path = cachePath(cacheDir, cacheKey(dataset, { kind: 'segmenter', seed, length, masks }));
  let cached = await readCached(path);
  if (cached === 'damaged') onNote?.(`The cached segmenter ${path} is damaged, and is trained again.`);
  if (cached === undefined || cached === 'damaged') {
    await checkWritable('--cache-dir', join(cacheDir, 'features'), 'folder');
    const source = sourceOfDataset(dataset, dataset.train);
    const weights = await trainSegmenter(source, about, { seed, length, onProgress, signal });
    const graph = segmenterGraph(shape, about.count, weights);
    const metadata = { [RANGE_KEY]: '-1,1', kind: 'segmenter', name, classes: JSON.stringify(classes) };
    cached = await writeCached(path, (more) => encodeModel(graph, more), metadata);
  }
  const extractor: Extractor = {
    session: await ort.InferenceSession.create(cached.bytes, { logSeverityLevel: 3 }),
    name: `the ${name}`,
    input: { name: 'images', type: 'float32', shape: input, batch: undefined },
    range: '-1,1',
    features: OUTPUT,
  };
  return {
    classes,
    about,
    name,
    hash: digestOf(cached.bytes),
    read: async (images) => Uint8Array.from((await extractFeatures(extractor, shape, images, signal)).values),
    fit: (given) => resizeMasks(given, [height, width], [tall, wide]),
    dispose: () => extractor.session.release(),
  };
}

/** Of the class numbers of the training images: the files' values do not tell which class they were taken for. */
async function digestOfMasks({ beside, train, height, width }: Dataset): Promise<string> {
  const hash = createHash('sha256');
  for (let first = 0; first < train.length; first += CHUNK) {
    const numbers = train.subarray(first, first + CHUNK);
    const masks = new Uint8Array(numbers.length * height * width);
    await beside!.read(numbers, masks);
    hash.update(masks);
  }
  return hash.digest('hex');
}
