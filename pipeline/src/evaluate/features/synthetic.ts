/**
 * Train on synthetic, test on real: how well a classifier tells real images apart after it has seen only the model's. What
 * pictures are worth as training data. Anchors: the same classifier, trained on as many real images, and on noise.
 *
 * Source: Ravuri & Vinyals, "Classification Accuracy Score for Conditional Generative Models" (arXiv 1905.10887).
 */
import { InputError } from '@onnoise/scheduler';
import { encodeModel } from '@onnoise/tracer';
import type { Estimate, ImageSet, Measure } from '../types.ts';
import { extractFeatures } from './extract.ts';
import { classifierGraph } from './onnx.ts';
import { extractorOf } from './open.ts';
import { sourceOfImages } from './source.ts';
import { type TrainingLength, trainClassifier } from './train.ts';

export interface SyntheticOptions {
  /** The model's pictures, with the classes that were asked for. */
  synthetic: ImageSet;
  /** As many real training images, with their classes. */
  real: ImageSet;
  /** As many images of noise; their classes are those of `real`. */
  noise: ImageSet;
  /** Real images to test on, with their classes. */
  heldOut: ImageSet;
  /** Number of classes. */
  classes: number;
  seed: number;
  length?: TrainingLength | undefined;
  /** Share of all that is done, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Fewer steps than a feature network: the three must be alike, not good. */
const LENGTH: TrainingLength = { batch: 64, epochs: 20, least: 200, most: 800 };

/**
 * Accuracy on held-out images with a binomial interval.
 * @throws InputError for images without labels, and sets of unequal sizes; the signal's reason when aborted.
 */
export async function trainOnSynthetic(options: SyntheticOptions): Promise<Measure> {
  const { synthetic, real, noise, heldOut } = options;
  const labels = labelsOf('real', real);
  labelsOf('synthetic', synthetic);
  labelsOf('heldOut', heldOut);
  for (const [name, { count }] of Object.entries({ synthetic, noise })) {
    if (count !== real.count) {
      throw new InputError(
        `Cannot train on synthetic images: ${name} must have ${real.count} images, as real has, received ${count}.`,
      );
    }
  }
  return {
    id: 'train-on-synthetic',
    name: 'Accuracy on real images after training on these',
    better: 'higher',
    model: await accuracyAfter(synthetic, 0, options),
    real: await accuracyAfter(real, 1, options),
    noise: await accuracyAfter({ ...noise, labels }, 2, options),
  };
}

function labelsOf(name: string, { labels }: ImageSet): Int32Array {
  if (labels) return labels;
  throw new InputError(`Cannot train on synthetic images: ${name} must have labels, received none.`);
}

async function accuracyAfter(
  images: ImageSet,
  turn: number,
  { heldOut, classes, seed, length = LENGTH, onProgress, signal }: SyntheticOptions,
): Promise<Estimate> {
  const weights = await trainClassifier(sourceOfImages(images), classes, {
    seed,
    length,
    signal,
    onProgress: onProgress && (({ done, steps }) => onProgress((turn + done / steps) / 3)),
  });
  const onnx = encodeModel(classifierGraph(images.shape, classes, weights));
  const extractor = await extractorOf(onnx, 'classifier', images.shape);
  try {
    const { classes: named } = await extractFeatures(extractor, images.shape, heldOut, signal);
    return binomial(heldOut.labels!.filter((label, i) => label === named![i]).length, heldOut.count);
  } finally {
    await extractor.session.release();
  }
}

/** 97.5 % of a normal distribution lie below it. */
const Z = 1.959963984540054;

/** A share with the 95 % interval of Wilson (1927), which stays between 0 and 1. */
export function binomial(hits: number, trials: number): Estimate {
  const share = hits / trials;
  const spread = (Z * Z) / trials;
  const middle = (share + spread / 2) / (1 + spread);
  const half = Math.sqrt((share * (1 - share) + spread / 4) * spread) / (1 + spread);
  return { value: share, interval: [Math.max(0, middle - half), Math.min(1, middle + half)] };
}
