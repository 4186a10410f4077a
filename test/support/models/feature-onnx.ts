/** ONNX files as users bring them for features, small enough to work out by hand: the mean of each channel. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import proto from 'onnx-proto';
import { temporaryFolder } from './tiny-onnx.ts';

const { FLOAT, UINT8, STRING } = proto.onnx.TensorProto.DataType;
const TYPES = { float32: FLOAT, uint8: UINT8, string: STRING } as const;

export interface FeatureOnnxOptions {
  type?: keyof typeof TYPES;
  /** A text is a free side. */
  dims?: readonly (number | string)[];
  /** Names of outputs, and how they come about: `mean` [N, C, 1, 1], `flat` [N, C], `root` [N, C], `same` as the input. */
  outputs?: Readonly<Record<string, 'mean' | 'flat' | 'root' | 'same'>>;
  /** A second input, which is added to the first. */
  second?: boolean;
  metadata?: Readonly<Record<string, string>>;
}

/** @returns the path of a file in a folder that is removed when the test ends. */
export async function featureOnnx(options: FeatureOnnxOptions = {}): Promise<string> {
  const path = join(await temporaryFolder(), 'seen.onnx');
  await writeFile(path, featureBytes(options));
  return path;
}

function featureBytes({
  type = 'float32',
  dims = ['N', 1, 'H', 'W'],
  outputs = { features: 'flat' },
  ...more
}: FeatureOnnxOptions) {
  const dim = dims.map((side) => (typeof side === 'string' ? { dimParam: side } : { dimValue: side }));
  const port = (name: string, elemType: number) => ({ name, type: { tensorType: { elemType, shape: { dim } } } });
  const out = (name: string) => ({ name, type: { tensorType: { elemType: type === 'string' ? STRING : FLOAT } } });
  const node = (opType: string, input: string[], output: string, attribute: object[] = []) => {
    return { opType, input, output: [output], name: output, attribute };
  };
  const numbers =
    type === 'string'
      ? []
      : [
          node('Cast', ['x'], 'cast', [{ name: 'to', type: 2, i: FLOAT }]),
          node(more.second ? 'Add' : 'Identity', ['cast', ...(more.second ? ['y'] : [])], 'whole'),
          ...(dims.length === 4
            ? [
                node('GlobalAveragePool', ['whole'], 'mean'),
                node('Flatten', ['mean'], 'flat'),
                node('Sqrt', ['flat'], 'root'),
              ]
            : []),
        ];
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    metadataProps: Object.entries(more.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'seen',
      input: [port('x', TYPES[type]), ...(more.second ? [port('y', FLOAT)] : [])],
      output: Object.keys(outputs).map(out),
      node: [
        ...numbers,
        ...Object.entries(outputs).map(([name, kind]) => node('Identity', [kind === 'same' ? 'x' : kind], name)),
      ],
    },
  };
  return proto.onnx.ModelProto.encode(proto.onnx.ModelProto.fromObject(model)).finish();
}
