/**
 * Reads masks in pictures: a segmenter, trained once on the training images with their masks and kept in the cache. What it reads
 * in a model's pictures is held against the masks that they were asked for, or that were drawn with them.
 *
 * Images of more than 128 pixels a side are made smaller for it, and masks with them.
 */
import { createHash } from 'node:crypto';
import type { ImageShape, MaskLabels } from '@onnoise/scheduler/model';
import type { Dataset } from '@onnoise/training/data';
import { shapeOf } from '../measures/images.ts';
import type { MaskClasses } from '../measures/mask-dice.ts';
import type { ImageSet } from '../sets/types.ts';
import { resizeMasks } from './batch-masks.ts';
import { digestOf, keptNetwork } from './cache.ts';
import { extractFeatures } from './extract.ts';
import { segmenterGraph } from './onnx.ts';
import { extractorOf, type OpenOptions } from './open.ts';
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
  const { mask } = dataset.beside!;
  const { classes } = mask!;
  const shape = shapeOf(dataset);
  const about = maskClassesOf(mask!, shape);
  const name = `segmenter of ${dataset.name}`;
  const masks = JSON.stringify([classes, about.first, await digestOfMasks(dataset, dataset.train)]);
  const facts = { kind: 'segmenter', seed, length, masks, what: 'segmenter', name } as const;
  const { bytes } = await keptNetwork({ ...facts, cacheDir, dataset, onNote }, async () => {
    const source = sourceOfDataset(dataset, dataset.train);
    const weights = await trainSegmenter(source, about, { seed, length, onProgress, signal });
    return { graph: segmenterGraph(shape, about.count, weights), metadata: { classes: JSON.stringify(classes) } };
  });
  const extractor = await extractorOf(bytes, 'segmenter', shape, name);
  return {
    classes,
    about,
    name,
    hash: digestOf(bytes),
    read: async (images) => Uint8Array.from((await extractFeatures(extractor, shape, images, signal)).values),
    fit: (given) => fitMasks(given, shape),
    dispose: () => extractor.session.release(),
  };
}

/** What a segmenter reads in images of a shape. */
function maskClassesOf({ classes, values }: MaskLabels, shape: ImageShape): MaskClasses {
  const [, tall, wide] = seenShape(shape).input;
  // The value 0 is background, whatever it is called.
  return { count: classes.length, first: (values?.[0] ?? 0) === 0 ? 1 : 0, plane: tall * wide };
}

/** Masks of the images' size in the size of those that a segmenter reads. @param shape of the images */
function fitMasks(masks: Uint8Array, shape: ImageShape): Uint8Array {
  const [[, height, width], [, tall, wide]] = [shape, seenShape(shape).input];
  return resizeMasks(masks, [height, width], [tall, wide]);
}

/** SHA-256 of the class numbers of some images: the files' values do not tell which class they were taken for. */
async function digestOfMasks({ beside, height, width }: Dataset, images: Uint32Array): Promise<string> {
  const hash = createHash('sha256');
  for (let first = 0; first < images.length; first += CHUNK) {
    const numbers = images.subarray(first, first + CHUNK);
    const masks = new Uint8Array(numbers.length * height * width);
    await beside!.read(numbers, masks);
    hash.update(masks);
  }
  return hash.digest('hex');
}
