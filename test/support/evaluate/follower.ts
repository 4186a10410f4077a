/**
 * A model that is told a mask and draws each class in its level, with a little grain of the noise:
 *
 *     x0 = sum_k level_k plane_k + 0.03 tanh(x)
 */
import proto from 'onnx-proto';
import { parseSchedulerConfig } from '#scheduler/index.ts';
import { trainedCard } from '#test/models/card.ts';
import { writeArtefact } from '#training/folder/artefact.ts';
import { CLASSES, LEVELS, SIDE } from './masked.ts';

const { FLOAT } = proto.onnx.TensorProto.DataType;
const GRAIN = 0.03;

/** @param data settings of training.json @param nullCondition whether it may be told nothing */
export async function writeFollower(
  out: string,
  { hash = '0'.repeat(64), data = {}, nullCondition = false, classes = CLASSES } = {},
): Promise<void> {
  const planes = classes.length;
  await writeArtefact({
    out,
    modelConfig: {
      _class_name: 'UNet2DModel',
      sample_size: SIDE,
      in_channels: 1 + planes,
      out_channels: 1,
      num_class_embeds: null,
      condition_image: { classes },
      ...(nullCondition && { null_condition: true }),
    },
    schedulerConfig: parseSchedulerConfig({ num_train_timesteps: 100, prediction_type: 'sample' }),
    onnx: followerOnnx(planes),
    card: trainedCard({
      name: 'follower',
      data: { name: 'images', hash, count: 1 },
      config: { data },
      limits: ['It paints by numbers.'],
    }),
  });
}

function followerOnnx(planes: number): Uint8Array {
  const value = (name: string, dims: readonly number[]) => {
    const dim = [{ dimParam: 'N' }, ...dims.map((dimValue) => ({ dimValue }))];
    return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
  };
  const node = (opType: string, input: string[], output: string) => ({ opType, input, output: [output], name: output });
  const levels = Array.from({ length: planes }, (_, k) => (LEVELS[k] ?? 128) / 127.5 - 1);
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'follower',
      input: [value('sample', [1, SIDE, SIDE]), value('timestep', []), value('condition_image', [planes, SIDE, SIDE])],
      output: [value('out_sample', [1, SIDE, SIDE])],
      initializer: [
        { name: 'levels', dataType: FLOAT, dims: [1, planes, 1, 1], floatData: levels },
        { name: 'grain', dataType: FLOAT, dims: [], floatData: [GRAIN] },
      ],
      node: [
        node('Conv', ['condition_image', 'levels'], 'painted'),
        node('Tanh', ['sample'], 'soft'),
        node('Mul', ['soft', 'grain'], 'little'),
        node('Add', ['painted', 'little'], 'out_sample'),
      ],
    },
  };
  return proto.onnx.ModelProto.encode(proto.onnx.ModelProto.fromObject(model)).finish();
}
