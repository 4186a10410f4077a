/**
 * Reads the numbers that images show, such as an age: a regressor, trained once on the training images and kept in the
 * cache. What it reads in a model's pictures is held against what they were asked for.
 */
import { conditionSpecs, type Dataset } from '@onnoise/training/data';
import { shapeOf } from '../measures/images.ts';
import type { ImageSet } from '../sets/types.ts';
import { digestOf, keptNetwork } from './cache.ts';
import { extractFeatures } from './extract.ts';
import { regressorGraph } from './onnx.ts';
import { extractorOf, type OpenOptions } from './open.ts';
import { sourceOfDataset } from './source.ts';
import { trainRegressor, USUAL_LENGTH } from './train.ts';

export interface NumberReader {
  /** Of the numbers, in the order of the data's. */
  names: readonly string[];
  /** `regressor of boneage in hands` */
  name: string;
  /** SHA-256 (hex) of the ONNX file. */
  hash: string;
  /** What the images show. [count, K] @param images of the shape of the training images */
  read(images: ImageSet): Promise<Float64Array>;
  dispose(): Promise<void>;
}

/** @throws InputError when training diverges or the cache cannot be written; the signal's reason when aborted. */
export async function openNumberReader(
  options: Pick<OpenOptions, 'cacheDir' | 'seed' | 'length' | 'onProgress' | 'onNote' | 'signal'> & {
    /** With conditions. */
    dataset: Dataset;
  },
): Promise<NumberReader> {
  const { dataset, cacheDir, seed = 0, length = USUAL_LENGTH, onProgress, onNote, signal } = options;
  const shape = shapeOf(dataset);
  const source = sourceOfDataset(dataset, dataset.train);
  const numbers = source.conditions!;
  // A number that all images share has no deviation.
  const scales = conditionSpecs(dataset.conditions!, dataset.train).map((spec) => ({ ...spec, std: spec.std || 1 }));
  const names = scales.map(({ name }) => name);
  const name = `regressor of ${names.join(', ')} in ${dataset.name}`;
  const digest = digestOf(new Uint8Array(numbers.buffer));
  const facts = { kind: 'regressor', seed, length, numbers: digest, what: 'regressor', name } as const;
  const { bytes } = await keptNetwork({ ...facts, cacheDir, dataset, onNote }, async () => {
    const weights = await trainRegressor(source, scales, { seed, length, onProgress, signal });
    return { graph: regressorGraph(shape, names.length, weights), metadata: { numbers: JSON.stringify(scales) } };
  });
  const extractor = await extractorOf(bytes, 'regressor', shape, name);
  return {
    names,
    name,
    hash: digestOf(bytes),
    async read(images) {
      const { values } = await extractFeatures(extractor, shape, images, signal);
      return Float64Array.from(values, (value, i) => {
        const { mean, std } = scales[i % scales.length]!;
        return mean + std * value;
      });
    },
    dispose: () => extractor.session.release(),
  };
}
