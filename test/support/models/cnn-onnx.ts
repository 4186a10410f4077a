/** Small networks of convolutions as ONNX files, with weights of waves. */
import { sizeOf } from '@onnoise/scheduler/model';
import { type Attribute, type Constant, encodeModel, type Node, type Port } from '#tracer/index.ts';
import { wave } from './model.ts';

export interface CnnNode {
  op: string;
  /** Names of values; '' is left out. The input is `x`. */
  inputs: readonly string[];
  output: string;
  attributes?: Record<string, Attribute>;
}

export interface CnnOptions {
  /** Sides of `x`; a text is a free side. */
  dims?: readonly (number | string)[];
  dtype?: Port['dtype'];
  nodes: readonly CnnNode[];
  constants?: Readonly<Record<string, Constant>>;
  metadata?: Readonly<Record<string, string>>;
  /** Names of the outputs. Default: that of the last node. */
  outputs?: readonly string[];
}

export const floats = (dims: readonly number[], index = 0, scale = 0.5): Constant => ({
  dtype: 'float32',
  dims,
  data: wave(index, dims, scale),
});

export const longs = (...values: number[]): Constant => ({
  dtype: 'int64',
  dims: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

export function cnnBytes({
  dims = ['N', 1, 'H', 'W'],
  dtype = 'float32',
  nodes,
  constants = {},
  metadata,
  outputs = [nodes.at(-1)!.output],
}: CnnOptions): Uint8Array {
  const port = (name: string): Port => ({ name, dtype: 'float32', dims: [] });
  return encodeModel(
    {
      name: 'cnn',
      inputs: [{ name: 'x', dtype, dims }],
      outputs: outputs.map(port),
      nodes: nodes.map(({ op, inputs, output, attributes = {} }): Node => {
        return { name: output, op, domain: '', inputs: [...inputs], outputs: [output], attributes };
      }),
      constants: new Map(Object.entries(constants)),
    },
    metadata,
  );
}

/** Of a size, or with a stride: a convolution of 3 x 3 and a ReLU. */
export function convRelu(from: string, name: string, channels: readonly [number, number], stride = 1) {
  const [inputs, outputs] = channels;
  const weight = floats([outputs, inputs, 3, 3], sizeOf(channels));
  const attributes = { pads: { ints: [1, 1, 1, 1] }, strides: { ints: [stride, stride] } };
  return {
    nodes: [
      { op: 'Conv', inputs: [from, `${name}.weight`], output: `${name}.conv`, attributes },
      { op: 'Relu', inputs: [`${name}.conv`], output: name },
    ] satisfies CnnNode[],
    constants: { [`${name}.weight`]: weight },
  };
}

/** Two stages, and scores that no gradient needs. */
export function twoStages(channels = 1, more: Partial<CnnOptions> = {}): Uint8Array {
  const [first, second] = [convRelu('x', 'first', [channels, 4]), convRelu('first', 'second', [4, 6], 2)];
  return cnnBytes({
    dims: ['N', channels, 'H', 'W'],
    nodes: [
      ...first.nodes,
      ...second.nodes,
      { op: 'GlobalAveragePool', inputs: ['second'], output: 'pooled' },
      { op: 'ArgMax', inputs: ['pooled'], output: 'class', attributes: { axis: { int: 1 } } },
    ],
    outputs: ['pooled'],
    constants: { ...first.constants, ...second.constants },
    ...more,
  });
}
