/**
 * A network small enough to work out by hand, as ONNX, and a model folder around it:
 *
 *     out_sample = gain * sample + timestep / T + 0.1 * class_labels + conditions . (1, 2, ... 2K) / 100
 *                + condition_image . (0, 1, ... K - 1) / 10, pixel by pixel
 */

import { join } from 'node:path';
import proto from 'onnx-proto';
import { parseSchedulerConfig } from '#scheduler/index.ts';
import type { ConditionSpec, MaskLabels } from '#scheduler/model/index.ts';
import { type ArtefactParts, writeArtefact } from '#training/folder/artefact.ts';
import { temporaryFolder } from '../temporary/folder.ts';
import { trainedCard } from './card.ts';

const { FLOAT, INT64 } = proto.onnx.TensorProto.DataType;

export interface TinyOptions {
  shape?: readonly [number, number, number];
  /** Classes that can be asked for. */
  classes?: number;
  /** Whether there is one class more, for images without a condition. */
  nullCondition?: boolean;
  conditions?: readonly ConditionSpec[];
  /** The mask or picture that it is told of each image. */
  conditionImage?: MaskLabels | { channels: number };
  /** The mask that it draws: the last planes of `shape`. */
  maskOutput?: MaskLabels;
  gain?: number;
  T?: number;
  /** Number to fix the batch at; free by default. */
  batch?: number;
  sampleName?: string;
  outputName?: string;
}

/** The network's output for one value. */
export function tinyOutput(
  sample: number,
  timestep: number,
  label: number,
  { gain = 0.5, T = 100 }: TinyOptions = {},
  conditions: ArrayLike<number> = [],
) {
  const weighed = Array.from(conditions).reduce((sum, value, i) => sum + (value * (i + 1)) / 100, 0);
  return gain * sample + timestep / T + 0.1 * label + weighed;
}

/** An age as a condition, and a model that takes it beside two classes and also without either. */
export const AGE: ConditionSpec = { name: 'age', mean: 100, std: 40, min: 10, max: 200 };
export const GUIDED: TinyOptions = { classes: 2, nullCondition: true, conditions: [AGE] };

const planesOf = (told: TinyOptions['conditionImage']): number =>
  told === undefined ? 0 : 'channels' in told ? told.channels : told.classes.length;

export function tinyOnnx(options: TinyOptions = {}): Uint8Array {
  const {
    shape = [1, 4, 4],
    classes = 0,
    conditions = [],
    gain = 0.5,
    T = 100,
    batch,
    sampleName = 'sample',
  } = options;
  const { outputName = 'out_sample' } = options;
  const N = batch === undefined ? { dimParam: 'N' } : { dimValue: batch };
  const value = (name: string, elemType: number, dims: readonly number[]) => ({
    name,
    type: { tensorType: { elemType, shape: { dim: [N, ...dims.map((dimValue) => ({ dimValue }))] } } },
  });
  const scalar = (name: string, x: number) => ({ name, dataType: FLOAT, dims: [], floatData: [x] });
  const weights = (count: number) => ({
    name: 'weights',
    dataType: FLOAT,
    dims: [count],
    floatData: Array.from({ length: count }, (_, i) => (i + 1) / 100),
  });
  const planes = planesOf(options.conditionImage);
  const tenths = {
    name: 'tenths',
    dataType: FLOAT,
    dims: [1, planes, 1, 1],
    floatData: Array.from({ length: planes }, (_, k) => k / 10),
  };
  const node = (opType: string, input: string[], output: string) => ({ opType, input, output: [output], name: output });
  const labelled = classes > 0;
  const width = 2 * conditions.length;
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'tiny',
      input: [
        value(sampleName, FLOAT, shape),
        value('timestep', FLOAT, []),
        ...(labelled ? [value('class_labels', INT64, [])] : []),
        ...(width > 0 ? [value('conditions', FLOAT, [width])] : []),
        ...(planes > 0 ? [value('condition_image', FLOAT, [planes, shape[1], shape[2]])] : []),
      ],
      output: [value(outputName, FLOAT, shape)],
      initializer: [
        scalar('gain', gain),
        scalar('T', T),
        ...(labelled ? [scalar('tenth', 0.1)] : []),
        ...(width > 0 ? [weights(width)] : []),
        ...(planes > 0 ? [tenths, { name: 'channels', dataType: INT64, dims: [1], int64Data: [1] }] : []),
        { name: 'axes', dataType: INT64, dims: [3], int64Data: [1, 2, 3] },
      ],
      node: [
        node('Mul', [sampleName, 'gain'], 'scaled'),
        node('Div', ['timestep', 'T'], 'time'),
        ...(labelled
          ? [
              { ...node('Cast', ['class_labels'], 'label'), attribute: [{ name: 'to', type: 2, i: FLOAT }] },
              node('Mul', ['label', 'tenth'], 'class'),
              node('Add', ['time', 'class'], 'shift'),
            ]
          : [node('Identity', ['time'], 'shift')]),
        ...(width > 0
          ? [node('MatMul', ['conditions', 'weights'], 'weighed'), node('Add', ['shift', 'weighed'], 'whole')]
          : []),
        node('Unsqueeze', [width > 0 ? 'whole' : 'shift', 'axes'], 'shift4'),
        ...(planes > 0
          ? [
              node('Mul', ['condition_image', 'tenths'], 'weighed4'),
              node('ReduceSum', ['weighed4', 'channels'], 'told'),
              node('Add', ['shift4', 'told'], 'all'),
            ]
          : []),
        node('Add', ['scaled', planes > 0 ? 'all' : 'shift4'], outputName),
      ],
    },
  };
  return proto.onnx.ModelProto.encode(proto.onnx.ModelProto.fromObject(model)).finish();
}

/** What unet/config.json says of the network's conditions. */
export function tinyConditions({
  classes = 0,
  nullCondition = false,
  conditions = [],
  conditionImage,
  maskOutput,
}: TinyOptions) {
  return {
    num_class_embeds: classes > 0 ? classes + Number(nullCondition) : null,
    ...(nullCondition && { null_condition: true }),
    ...(conditions.length > 0 && { conditions }),
    ...(conditionImage && { condition_image: conditionImage }),
    ...(maskOutput && { mask_output: maskOutput }),
  };
}

export { temporaryFolder };

/** Writes a model folder around the tiny network and returns its path. */
export async function tinyArtefact(options: TinyOptions = {}, parts: Partial<ArtefactParts> = {}): Promise<string> {
  const { shape = [1, 4, 4], T = 100 } = options;
  const out = parts.out ?? join(temporaryFolder(), 'model');
  await writeArtefact({
    modelConfig: {
      _class_name: 'UNet2DModel',
      sample_size: shape[1] === shape[2] ? shape[1] : [shape[1], shape[2]],
      in_channels: shape[0] + planesOf(options.conditionImage),
      out_channels: shape[0],
      ...tinyConditions(options),
    },
    schedulerConfig: parseSchedulerConfig({ num_train_timesteps: T }),
    onnx: tinyOnnx(options),
    card: trainedCard({
      data: { name: 'nothing', hash: '0'.repeat(64), count: 0 },
      config: { preset: 'tiny' },
      metrics: { loss: 0.5 },
      limits: ['It draws nothing.'],
    }),
    ...parts,
    out,
  });
  return out;
}
