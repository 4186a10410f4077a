/**
 * Train on synthetic, test on real: how well a classifier tells real images apart after it has seen only the model's. What
 * pictures are worth as training data. Anchors: the same classifier, trained on as many real images, and on noise.
 *
 * Source: Ravuri & Vinyals, "Classification Accuracy Score for Conditional Generative Models" (arXiv 1905.10887).
 */
import { InputError } from '@onnoise/scheduler/rules';
import { SYNTHETIC_ACCURACY, shareEstimate } from '../measures/index.ts';
import type { Estimate, ImageSet, Measure } from '../sets/types.ts';
import { classifierGraph } from './onnx.ts';
import { seeOnce } from './open.ts';
import { sourceOfImages } from './source.ts';
import { type TrainingLength, trainClassifier } from './train.ts';

interface SyntheticOptions {
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
  /** Steps of training that are done, of those of all three. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Fewer steps than a feature network: the three must be alike, not good. */
const LENGTH: TrainingLength = { batch: 64, epochs: 20, least: 200, most: 800 };

/**
 * Accuracy on held-out images with Wilson's interval.
 * @throws InputError for images without labels, and sets of unequal sizes; the signal's reason when aborted.
 */
export async function trainOnSynthetic(options: SyntheticOptions): Promise<Measure> {
  const { synthetic, real, noise, heldOut } = options;
  const labels = labelsOf('real', real);
  labelsOf('synthetic', synthetic);
  labelsOf('heldOut', heldOut);
  for (const [set, { count }] of Object.entries({ synthetic, noise })) {
    if (count !== real.count) {
      throw new InputError(
        `Cannot train on synthetic images: ${set} must have ${real.count} images, as real has, received ${count}.`,
      );
    }
  }
  const { id, name, better } = SYNTHETIC_ACCURACY;
  return {
    id,
    name,
    better,
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
    onProgress: onProgress && (({ done, steps }) => onProgress(turn * steps + done, 3 * steps)),
  });
  const { shape } = images;
  const graph = classifierGraph(shape, classes, weights);
  const { classes: named } = await seeOnce({ graph, kind: 'classifier', shape }, heldOut, signal);
  return shareEstimate(heldOut.labels!.filter((label, i) => label === named![i]).length, heldOut.count);
}
