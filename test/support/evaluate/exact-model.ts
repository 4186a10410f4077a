/**
 * The network that training ends at if nothing stops it: the mean of the images that a noisy one may come from, as ONNX.
 * Sampling draws those very images: it copies them. Of images that an evaluation does not know it is a good model.
 *
 *     x0 = sum_i w_i x_i,  w = softmax_i((a x . x_i - a^2 |x_i|^2 / 2) / s^2),  a^2 = alphaBar_t, s^2 = 1 - alphaBar_t
 *
 * With classes, only the images of the class that is asked for count.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { makeSchedule, parseSchedulerConfig } from '#scheduler/index.ts';
import { trainedCard } from '#test/models/card.ts';
import { encodeModel } from '#tracer/index.ts';
import { writeArtefact } from '#training/folder/artefact.ts';
import { inferenceGraph } from '#training/folder/inference.ts';

export const T = 100;
const SCHEDULER = parseSchedulerConfig({ num_train_timesteps: T, prediction_type: 'sample', beta_end: 0.1 });
/** Added to the logits of images of other classes. */
const NEVER = -1e9;

export interface ExactModel {
  out: string;
  images: ImageSet;
  /** Makes it conditional on the class of the images. */
  classNames?: readonly string[] | undefined;
  /** Of the images in training.json, and the settings there. */
  trainedOn?: { hash: string; config: object } | undefined;
  /** The last channels of the images are the planes of a mask with these classes. */
  maskClasses?: readonly string[] | undefined;
}

export async function writeExactModel({ out, images, classNames, trainedOn, maskClasses }: ExactModel): Promise<void> {
  const [channels, height, width] = images.shape;
  const classes = classNames?.length ?? 0;
  await writeArtefact({
    out,
    modelConfig: {
      _class_name: 'UNet2DModel',
      sample_size: height === width ? height : [height, width],
      in_channels: channels,
      out_channels: channels,
      num_class_embeds: classes > 0 ? classes : null,
      ...(maskClasses && { mask_output: { classes: maskClasses } }),
    },
    schedulerConfig: SCHEDULER,
    onnx: exactOnnx(images, classes),
    card: trainedCard({
      name: 'exact',
      data: { name: 'images', hash: trainedOn?.hash ?? '', count: images.count, classNames },
      parameters: images.pixels.length,
      config: trainedOn?.config ?? {},
      limits: ['It draws what it has seen.'],
    }),
  });
  if (trainedOn === undefined) await rm(join(out, 'training.json'));
}

function exactOnnx({ shape, count, pixels, labels }: ImageSet, classes: number): Uint8Array {
  const size = pixels.length / count;
  const known = Float32Array.from(pixels, (byte) => byte / 127.5 - 1);
  const { alphaBar } = makeSchedule(SCHEDULER);
  const squares = Array.from({ length: count }, (_, i) =>
    known.subarray(i * size, (i + 1) * size).reduce((sum, value) => sum + (value * value) / 2, 0),
  );
  const others = Array.from({ length: classes }, (_, label) =>
    Array.from(labels!, (own) => (own === label ? 0 : NEVER)),
  );
  const parts: Record<string, [shape: number[], values: ArrayLike<number>]> = {
    known: [[count, size], known],
    half: [[count], squares],
    // logits = signal (x . x_i) - level (|x_i|^2 / 2)
    signal: [[T], alphaBar.map((share) => Math.sqrt(share) / (1 - share))],
    level: [[T], alphaBar.map((share) => share / (1 - share))],
    ...(classes > 0 && { others: [[classes, count], others.flat()] }),
  };
  const graph = inferenceGraph(
    {
      shape,
      classCount: classes || null,
      nullCondition: false,
      conditions: [],
      timestepCount: T,
      parameters: Object.entries(parts).map(([name, [sides]]) => ({ name, shape: sides, trainable: false })),
      forward(p, sample, timestep, { labels: asked }) {
        const n = sample.shape[0];
        const at = (table: tf.Tensor) => tf.reshape(tf.gather(table, tf.cast(timestep, 'int32')), [n, 1]);
        const near = tf.mul(tf.matMul(tf.reshape(sample, [n, size]), p.known!, false, true), at(p.signal!));
        const logits = tf.sub(near, tf.mul(at(p.level!), p.half!));
        const weights = tf.softmax(asked ? tf.add(logits, tf.gather(p.others!, asked)) : logits);
        return tf.reshape(tf.matMul(weights, p.known!), sample.shape);
      },
    },
    new Map(Object.entries(parts).map(([name, [, values]]) => [name, Float32Array.from(values)])),
  );
  return encodeModel(graph);
}
