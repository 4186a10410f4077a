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
import proto from 'onnx-proto';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { makeSchedule, parseSchedulerConfig } from '#scheduler/index.ts';
import { trainedCard } from '#test/models/card.ts';
import { writeArtefact } from '#training/folder/artefact.ts';

const { FLOAT, INT64 } = proto.onnx.TensorProto.DataType;
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
  const known = Float32Array.from(pixels, (byte) => byte / 127.5 - 1); // [count, size]
  const half = Array.from({ length: count }, (_, i) =>
    known.subarray(i * size, (i + 1) * size).reduce((sum, value) => sum + (value * value) / 2, 0),
  );
  const { alphaBar } = makeSchedule(SCHEDULER);
  const tensor = (name: string, dims: number[], floatData: ArrayLike<number>) => ({
    name,
    dataType: FLOAT,
    dims,
    floatData: Array.from(floatData),
  });
  const node = (opType: string, input: string[], output: string, attribute: object[] = []) => ({
    opType,
    input,
    output: [output],
    name: output,
    attribute,
  });
  const N = { dimParam: 'N' };
  const value = (name: string, elemType: number, dims: readonly number[]) => ({
    name,
    type: { tensorType: { elemType, shape: { dim: [N, ...dims.map((dimValue) => ({ dimValue }))] } } },
  });
  const others = Array.from({ length: classes }, (_, label) =>
    Array.from(labels ?? [], (own) => (own === label ? 0 : NEVER)),
  ).flat();
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'exact',
      input: [
        value('sample', FLOAT, shape),
        value('timestep', FLOAT, []),
        ...(classes > 0 ? [value('class_labels', INT64, [])] : []),
      ],
      output: [value('out_sample', FLOAT, shape)],
      initializer: [
        tensor('known', [count, size], known),
        tensor('half', [count], half),
        // logits = signal (x . x_i) - level (|x_i|^2 / 2)
        tensor(
          'signal',
          [T, 1],
          alphaBar.map((share) => Math.sqrt(share) / (1 - share)),
        ),
        tensor(
          'level',
          [T, 1],
          alphaBar.map((share) => share / (1 - share)),
        ),
        ...(classes > 0 ? [tensor('others', [classes, count], others)] : []),
        { name: 'flat', dataType: INT64, dims: [2], int64Data: [-1, size] },
        { name: 'picture', dataType: INT64, dims: [4], int64Data: [-1, ...shape] },
      ],
      node: [
        { ...node('Cast', ['timestep'], 't'), attribute: [{ name: 'to', type: 2, i: INT64 }] },
        node('Gather', ['signal', 't'], 'signal_t'),
        node('Gather', ['level', 't'], 'level_t'),
        node('Reshape', ['sample', 'flat'], 'x'),
        node('Transpose', ['known'], 'columns'),
        node('MatMul', ['x', 'columns'], 'products'),
        node('Mul', ['products', 'signal_t'], 'near'),
        node('Mul', ['level_t', 'half'], 'far'),
        node('Sub', ['near', 'far'], classes > 0 ? 'any' : 'logits'),
        ...(classes > 0
          ? [node('Gather', ['others', 'class_labels'], 'bias'), node('Add', ['any', 'bias'], 'logits')]
          : []),
        { ...node('Softmax', ['logits'], 'weights'), attribute: [{ name: 'axis', type: 2, i: 1 }] },
        node('MatMul', ['weights', 'known'], 'mean'),
        node('Reshape', ['mean', 'picture'], 'out_sample'),
      ],
    },
  };
  return proto.onnx.ModelProto.encode(proto.onnx.ModelProto.fromObject(model)).finish();
}
