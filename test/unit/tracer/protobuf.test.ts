import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { decodeModel, NotRecovered } from '#tracer/graph/decode.ts';
import { type Attribute, type Domain, type FileGraph, type Graph, GraphBuilder } from '#tracer/graph/graph.ts';
import { encodeModel } from '#tracer/graph/protobuf.ts';

const { onnx } = onnxProto;

const CONSTANTS = {
  floats: [Float32Array.of(9, 1.5, -0, Number.NaN, Number.POSITIVE_INFINITY).subarray(1), 'float32'],
  ints: [Int32Array.of(1, -2, 2 ** 31 - 1, -(2 ** 31)), 'int32'],
  longs: [BigInt64Array.of(1n, -1n, 2n ** 62n, -(2n ** 62n)), 'int64'],
  bools: [Uint8Array.of(0, 1, 1, 0), 'bool'],
} as const;

const ATTRIBUTES: Record<string, Attribute> = {
  int: { int: -3 },
  ints: { ints: [-(2 ** 31), 0, 2 ** 40] },
  none: { ints: [] },
  float: { float: 0.25 },
  floats: { floats: [0.5, -2] },
  string: { string: 'naïve' },
  tensor: { tensor: { dtype: 'int64', dims: [2], data: BigInt64Array.of(3n, -1n) } },
};

/** With constants of every dtype, attributes of every type and an open axis. */
function everything(): Graph {
  const b = new GraphBuilder('everything');
  const x = b.input('x', 'float32', [3, 1]);
  b.graph.inputs[0]!.dims = ['N', 1];
  for (const [name, [values, dtype]] of Object.entries(CONSTANTS)) b.constant(values, [2, 2], dtype, name);
  const y = b.emit('Custom', [x], { dtype: 'int32', dims: [] }, { attributes: ATTRIBUTES, domain: 'com.microsoft' });
  b.graph.outputs.push({ name: y, dtype: 'int32', dims: [] });
  return b.graph;
}

/** y = 2^5 x, by a Loop. `domain` is that of one of its nodes, which onnxruntime may then not know. */
function doubling(domain: Domain = ''): Graph {
  const b = new GraphBuilder('doubling');
  b.input('x', 'float32', [2]);
  const count = b.constant(BigInt64Array.of(5n), [], 'int64', 'count');
  const node = { attributes: {}, domain };
  const body: FileGraph = {
    name: 'body',
    inputs: [
      { name: 'i', dtype: 'int64', dims: [] },
      { name: 'before', dtype: 'bool', dims: [] },
      { name: 'x', dtype: 'float32', dims: [2] },
    ],
    outputs: [
      { name: 'again', dtype: 'bool', dims: [] },
      { name: 'twice', dtype: 'float32', dims: [2] },
    ],
    constants: new Map([['two', { dtype: 'float32', dims: [], data: Float32Array.of(2) }]]),
    nodes: [
      { ...node, name: 'again', op: 'Identity', domain: '', inputs: ['before'], outputs: ['again'] },
      { ...node, name: 'twice', op: 'Mul', inputs: ['x', 'two'], outputs: ['twice'] },
    ],
  };
  const type = { dtype: 'float32', dims: [2] } as const;
  b.emit('Loop', [count, b.scalar(1, 'bool'), 'x'], type, { attributes: { body: { graph: body } } });
  b.graph.outputs.push({ name: 'y', ...type });
  b.graph.nodes[0]!.outputs = ['y'];
  return b.graph;
}

describe('encodeModel', () => {
  it('writes what decodeModel reads back, to the bit', () => {
    const { types: _, ...graph } = everything();
    expect(decodeModel(encodeModel(graph, { seed: '1' }))).toEqual({ ...graph, metadata: { seed: '1' }, opset: 18 });
  });

  it('writes where it comes from, and the versions of the operators', () => {
    const model = onnx.ModelProto.decode(encodeModel(everything()));
    expect([model.producerName, Number(model.irVersion)]).toEqual(['onnoise', 9]);
    expect(model.opsetImport!.map(({ domain, version }) => [domain, Number(version)])).toEqual([
      ['', 18],
      ['com.microsoft', 1],
    ]);
  });

  it('writes a Loop that onnxruntime runs, and the domains of its body', async () => {
    const session = await InferenceSession.create(encodeModel(doubling()));
    const { y } = await session.run({ x: new Tensor('float32', [1, -3], [2]) });
    await session.release();
    expect([...(y!.data as Float32Array)]).toEqual([32, -96]);
    const { opsetImport } = onnx.ModelProto.decode(encodeModel(doubling('com.microsoft')));
    expect(opsetImport!.map(({ domain }) => domain)).toEqual(['', 'com.microsoft']);
  });
});

describe('decodeModel', () => {
  it('refuses what is no ONNX file, and constants that are cut off', () => {
    expect(() => decodeModel(new TextEncoder().encode('not a network'))).toThrow(NotRecovered);
    const b = new GraphBuilder('short');
    b.constant(Float32Array.of(1, 2, 3), [4], 'float32', 'w');
    expect(() => decodeModel(encodeModel(b.graph))).toThrow('its initializer w must hold 16 bytes, received 12');
  });

  it('reads values that other writers keep by their type, and refuses those of another file', () => {
    const decoded = (tensor: onnxProto.onnx.ITensorProto) => {
      const graph = { initializer: [{ name: 'w', dims: [2], ...tensor }] };
      return decodeModel(onnx.ModelProto.encode(onnx.ModelProto.create({ graph })).finish()).constants.get('w')!.data;
    };
    expect(decoded({ dataType: 1, floatData: [1.5, -2] })).toEqual(Float32Array.of(1.5, -2));
    expect(decoded({ dataType: 6, int32Data: [7, -8] })).toEqual(Int32Array.of(7, -8));
    expect(decoded({ dataType: 7, int64Data: [2 ** 40, -1] })).toEqual(BigInt64Array.of(2n ** 40n, -1n));
    expect(decoded({ dataType: 9, int32Data: [1, 0] })).toEqual(Uint8Array.of(1, 0));
    expect(decoded({ dataType: 11, doubleData: [0.1, 2] })).toEqual(Float64Array.of(0.1, 2));
    expect(() => decoded({ dataType: 1, floatData: [1] })).toThrow('w must hold 2 values, received 1');
    const elsewhere = { dataType: 1, dataLocation: onnx.TensorProto.DataLocation.EXTERNAL };
    expect(() => decoded(elsewhere)).toThrow('w must hold values of a known type, in the file itself');
  });
});
