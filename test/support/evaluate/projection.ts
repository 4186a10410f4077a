/** A feature network without training: random directions of an image's pixels, as an ONNX file of the user's. */
import { writeFile } from 'node:fs/promises';
import { gaussian } from '@onnoise/scheduler';
import proto from 'onnx-proto';
import type { ImageShape } from '#scheduler/model/index.ts';

const { FLOAT, INT64 } = proto.onnx.TensorProto.DataType;

/** Writes `features` [N, width] of images [N, C, H, W]. Returns the path. */
export async function writeProjection(path: string, shape: ImageShape, width: number): Promise<string> {
  const size = shape[0] * shape[1] * shape[2];
  const directions = new Float32Array(size * width);
  gaussian(0, 0, directions);
  const port = (name: string, sides: readonly number[]) => {
    const dim = [{ dimParam: 'N' }, ...sides.map((dimValue) => ({ dimValue }))];
    return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
  };
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'projection',
      input: [port('images', shape)],
      output: [port('features', [width])],
      initializer: [
        { name: 'directions', dataType: FLOAT, dims: [size, width], floatData: Array.from(directions) },
        { name: 'flat', dataType: INT64, dims: [2], int64Data: [-1, size] },
      ],
      node: [
        { opType: 'Reshape', input: ['images', 'flat'], output: ['x'], name: 'x' },
        { opType: 'MatMul', input: ['x', 'directions'], output: ['features'], name: 'features' },
      ],
    },
  };
  await writeFile(path, proto.onnx.ModelProto.encode(proto.onnx.ModelProto.fromObject(model)).finish());
  return path;
}
