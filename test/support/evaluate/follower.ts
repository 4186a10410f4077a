/**
 * A model that is told a mask and draws each class in its level, with a little grain of the noise:
 *
 *     x0 = sum_k level_k plane_k + 0.03 tanh(x)
 */
import * as tf from '@tensorflow/tfjs';
import { parseSchedulerConfig } from '#scheduler/index.ts';
import { trainedCard } from '#test/models/card.ts';
import { encodeModel } from '#tracer/index.ts';
import { writeArtefact } from '#training/folder/artefact.ts';
import { inferenceGraph } from '#training/folder/inference.ts';
import { CLASSES, LEVELS, SIDE } from './masked.ts';

const T = 100;
const GRAIN = 0.03;

/** @param data settings of training.json @param nullCondition whether it may be told nothing */
export async function writeFollower(
  out: string,
  { hash = '0'.repeat(64), data = {}, nullCondition = false, classes = CLASSES } = {},
): Promise<void> {
  await writeArtefact({
    out,
    modelConfig: {
      _class_name: 'UNet2DModel',
      sample_size: SIDE,
      in_channels: 1 + classes.length,
      out_channels: 1,
      num_class_embeds: null,
      condition_image: { classes },
      ...(nullCondition && { null_condition: true }),
    },
    schedulerConfig: parseSchedulerConfig({ num_train_timesteps: T, prediction_type: 'sample' }),
    onnx: followerOnnx(classes, nullCondition),
    card: trainedCard({
      name: 'follower',
      data: { name: 'images', hash, count: 1 },
      config: { data },
      limits: ['It paints by numbers.'],
    }),
  });
}

function followerOnnx(classes: readonly string[], nullCondition: boolean): Uint8Array {
  const levels = Float32Array.from(classes, (_, k) => (LEVELS[k] ?? 128) / 127.5 - 1);
  const graph = inferenceGraph(
    {
      shape: [1, SIDE, SIDE],
      classCount: null,
      nullCondition,
      conditions: [],
      conditionImage: { shape: [classes.length, SIDE, SIDE], mask: { classes } },
      timestepCount: T,
      parameters: [{ name: 'levels', shape: [1, classes.length, 1, 1], trainable: false }],
      forward: ({ levels }, sample, _, { conditionImage }) =>
        tf.add(tf.sum(tf.mul(conditionImage!, levels!), 1, true), tf.mul(tf.tanh(sample), GRAIN)),
    },
    new Map([['levels', levels]]),
  );
  return encodeModel(graph);
}
