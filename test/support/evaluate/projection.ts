/** A feature network without training: random directions of an image's pixels, as an ONNX file of the user's. */
import { writeFile } from 'node:fs/promises';
import { gaussian } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import type { ImageShape } from '#scheduler/model/index.ts';
import { encodeModel, trace, traceAnyBatch } from '#tracer/index.ts';

/** Writes `features` [N, width] of images [N, C, H, W]. Returns the path. */
export async function writeProjection(path: string, shape: ImageShape, width: number): Promise<string> {
  const size = shape[0] * shape[1] * shape[2];
  const data = new Float32Array(size * width);
  gaussian(0, 0, data);
  const constants = [{ name: 'directions', shape: [size, width], dtype: 'float32' as const, data }];
  const graph = traceAnyBatch((batch) =>
    trace(
      ({ images, directions }) => ({ features: tf.matMul(tf.reshape(images!, [batch, size]), directions!) }),
      [{ name: 'images', shape: [batch, ...shape], dtype: 'float32' }],
      { constants },
    ),
  );
  await writeFile(path, encodeModel(graph));
  return path;
}
