/** The check that exported halves are the trained ones: tfjs' eager pass against onnxruntime, on random batches. */
import { openCoder } from '@onnoise/runtime-node';
import { gaussian } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';
import type { AutoencoderModel } from '../folder/halves.ts';
import { largestDifference, type Parity, parityBatches, useWasm } from '../folder/parity.ts';

const EVALUATED = { training: false };

/** Images of noise to moments, and the means of these to pictures. */
export async function measureHalves(
  model: AutoencoderModel,
  values: ReadonlyMap<string, Float32Array>,
  files: { encoder: Uint8Array; decoder: Uint8Array },
): Promise<Parity> {
  await useWasm();
  const { shape, halves } = model;
  const coder = openCoder(shape, halves.shape, files);
  const weights = Object.fromEntries(
    model.parameters.map(({ name, shape }) => [name, tf.tensor(values.get(name)!, [...shape], 'float32')]),
  );
  const found: Parity = { difference: 0, largest: 0 };
  /** Codes themselves, where there are some: half way between two codes rounding decides, and two engines may decide differently. */
  const settled = (mean: Float32Array, batch: number): Float32Array =>
    tf.tidy(() => halves.settle?.(weights, tf.tensor4d(mean, [batch, ...halves.shape])).dataSync<'float32'>() ?? mean);
  const compare = (expected: tf.Tensor, actual: Float32Array) => {
    const data = expected.dataSync<'float32'>();
    found.difference = Math.max(found.difference, largestDifference(data, actual));
    for (const value of data) if (!Number.isNaN(value)) found.largest = Math.max(found.largest, Math.abs(value));
  };
  try {
    for (const batch of parityBatches(model)) {
      const images = new Float32Array(batch * sizeOf(shape));
      gaussian(batch, 0, images);
      const { mean, logVariance } = await coder.encode(images);
      const latents = settled(mean, batch);
      const pictures = await coder.decode(latents);
      tf.tidy(() => {
        const moments = halves.encode(weights, tf.tensor4d(images, [batch, ...shape]), EVALUATED);
        compare(moments.mean, mean);
        compare(moments.logVariance, logVariance);
        compare(halves.decode(weights, tf.tensor4d(latents, [batch, ...halves.shape]), EVALUATED), pictures);
      });
    }
  } finally {
    tf.dispose(weights);
    await coder.dispose();
  }
  return found;
}
