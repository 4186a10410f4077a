/** The bytes of a model: reading returns what was written, and ONNX's own checker accepts it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type Tensors, uniforms } from '#test/models/traced.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';
import { decodeModel, NotRecovered } from '#tracer/graph/decode.ts';
import { type Domain, type FileGraph, type Graph, GraphBuilder } from '#tracer/graph/graph.ts';
import { encodeModel } from '#tracer/graph/protobuf.ts';
import { trace } from '#tracer/tracing/trace.ts';

const { onnx } = onnxProto;

const bytes = (data: ArrayBufferView) => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];

describe('decodeModel', () => {
  it('refuses what is no ONNX file, and constants that are cut off', () => {
    expect(() => decodeModel(new TextEncoder().encode('not a network'))).toThrow(NotRecovered);
    const b = new GraphBuilder('short');
    b.constant(Float32Array.of(1, 2, 3), [4], 'float32', 'w');
    const read = () => decodeModel(encodeModel(b.graph));
    expect(read).toThrow(NotRecovered);
    expect(read).toThrow('its initializer w must hold 16 bytes, received 12');
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

describe('encodeModel', () => {
  it('writes constants of every dtype as they are, views into larger buffers too', () => {
    const b = new GraphBuilder('constants');
    const data = {
      floats: [Float32Array.of(9, 1.5, -0, Number.NaN, Number.POSITIVE_INFINITY).subarray(1), 'float32', 1],
      ints: [Int32Array.of(1, -2, 2 ** 31 - 1, -(2 ** 31)), 'int32', 6],
      longs: [BigInt64Array.of(1n, -1n, 2n ** 62n, -(2n ** 62n)), 'int64', 7],
      bools: [Uint8Array.of(0, 1, 1, 0), 'bool', 9],
    } as const;
    for (const [name, [values, dtype]] of Object.entries(data)) b.constant(values, [2, 2], dtype, name);
    const { graph } = onnx.ModelProto.decode(encodeModel(b.graph));
    expect(graph!.initializer!.map(({ name }) => name)).toEqual(Object.keys(data));
    for (const { name, dims, dataType, rawData } of graph!.initializer!) {
      const [values, , code] = data[name as keyof typeof data];
      expect(dims!.map(Number)).toEqual([2, 2]);
      expect(dataType).toBe(code);
      expect([...rawData!]).toEqual(bytes(values));
    }
  });

  it('writes attributes of every type', () => {
    const b = new GraphBuilder('attributes');
    const x = b.input('x', 'float32', [1]);
    const attributes = {
      int: { int: -3 },
      ints: { ints: [-(2 ** 31), 0, 2 ** 40] },
      float: { float: 0.25 },
      string: { string: 'naïve' },
      empty: { ints: [] },
      floats: { floats: [0.5, -2] },
      tensor: { tensor: { dtype: 'int64', dims: [2], data: BigInt64Array.of(3n, -1n) } },
    } as const;
    b.emit('Custom', [x], { dtype: 'float32', dims: [1] }, { attributes, domain: 'com.microsoft' });
    const { graph, opsetImport } = onnx.ModelProto.decode(encodeModel(b.graph));
    const [node] = graph!.node!;
    const written = Object.fromEntries(node!.attribute!.map((attribute) => [attribute.name, attribute]));
    const { AttributeType } = onnx.AttributeProto;
    expect(Number(written.int!.i)).toBe(-3);
    expect(written.int!.type).toBe(AttributeType.INT);
    expect(written.ints!.ints!.map(Number)).toEqual([-(2 ** 31), 0, 2 ** 40]);
    expect(written.ints!.type).toBe(AttributeType.INTS);
    expect(written.float!.f).toBe(0.25);
    expect(written.float!.type).toBe(AttributeType.FLOAT);
    expect(new TextDecoder().decode(written.string!.s!)).toBe('naïve');
    expect(decodeModel(encodeModel(b.graph)).nodes[0]!.attributes).toEqual(attributes);
    expect(written.string!.type).toBe(AttributeType.STRING);
    expect(written.empty!.ints).toEqual([]);
    expect(opsetImport!.map(({ domain, version }) => [domain, Number(version)])).toEqual([
      ['', 18],
      ['com.microsoft', 1],
    ]);
  });

  it('writes the body of a Loop, with its constants, and the domains of its nodes', () => {
    const { graph, opsetImport } = onnx.ModelProto.decode(encodeModel(doubling('com.microsoft')));
    const [{ attribute }] = graph!.node as [onnxProto.onnx.INodeProto];
    expect(attribute).toHaveLength(1);
    const { name, type, g } = attribute![0]!;
    expect([name, type]).toEqual(['body', onnx.AttributeProto.AttributeType.GRAPH]);
    expect(g!.input!.map(({ name }) => name)).toEqual(['i', 'before', 'x']);
    expect(g!.output!.map(({ name }) => name)).toEqual(['again', 'twice']);
    expect(g!.initializer!.map(({ name }) => name)).toEqual(['two']);
    expect(g!.node!.map(({ input, output }) => [input, output])).toEqual([
      [['before'], ['again']],
      [['x', 'two'], ['twice']],
    ]);
    expect(opsetImport!.map(({ domain }) => domain)).toEqual(['', 'com.microsoft']);
  });

  it('writes a Loop that onnxruntime runs', async () => {
    const session = await InferenceSession.create(encodeModel(doubling()));
    const { y } = await session.run({ x: new Tensor('float32', [1, -3], [2]) });
    await session.release();
    expect([...(y!.data as Float32Array)]).toEqual([32, -96]);
  });

  it('writes nodes, ports with named axes, the names and the metadata', () => {
    const graph: Graph = trace(
      ({ a, b }) => ({ y: tf.add(a!, b!) }),
      [
        { name: 'a', shape: [2, 3], dtype: 'int32' },
        { name: 'b', shape: [], dtype: 'int32' },
      ],
      { name: 'sum' },
    );
    graph.inputs[0]!.dims = ['N', 3];
    const model = onnx.ModelProto.decode(encodeModel(graph, { seed: '1' }));
    expect(model.producerName).toBe('onnoise');
    expect(Number(model.irVersion)).toBe(9);
    expect(model.metadataProps!.map(({ key, value }) => [key, value])).toEqual([['seed', '1']]);
    const { name, node, input, output } = model.graph!;
    expect(name).toBe('sum');
    expect(node!.map(({ opType, input, output }) => [opType, input, output])).toEqual([['Add', ['a', 'b'], ['y']]]);
    const ports = [...input!, ...output!].map((port) => {
      const { elemType, shape } = port.type!.tensorType!;
      return [port.name, elemType, shape!.dim!.map((dim) => dim.dimParam || Number(dim.dimValue))];
    });
    expect(ports).toEqual([
      ['a', 6, ['N', 3]],
      ['b', 6, []],
      ['y', 6, [2, 3]],
    ]);
  });
});

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

/** A small network and its training step: convolutions, a product, statistics, attention, a gather. */
function network({ x, w, dense, label }: Tensors): tf.Tensor {
  const h = tf.conv2d(
    tf.transpose(x!, [0, 2, 3, 1]) as tf.Tensor4D,
    tf.transpose(w!, [2, 3, 1, 0]) as tf.Tensor4D,
    1,
    'same',
  );
  const { mean, variance } = tf.moments(h, [1, 2], true);
  const normed = tf.relu(tf.div(tf.sub(h, mean), tf.sqrt(tf.add(variance, 1e-5))));
  const tokens = tf.reshape(normed, [2, 36, 4]);
  const mixed = tf.matMul(tf.softmax(tf.matMul(tokens, tokens, false, true)), tokens);
  const logits = tf.matMul(tf.mean(mixed, 1) as tf.Tensor2D, dense as tf.Tensor2D);
  return tf.losses.softmaxCrossEntropy(tf.oneHot(label!, 3), logits);
}
const SPECS = [
  { name: 'x', shape: [2, 3, 6, 6], dtype: 'float32' },
  { name: 'w', shape: [4, 3, 3, 3], dtype: 'float32' },
  { name: 'dense', shape: [4, 3], dtype: 'float32' },
  { name: 'label', shape: [2], dtype: 'int32' },
] as const;
const step = (tensors: Tensors): Tensors => {
  const { value, grads } = tf.valueAndGrads((w: tf.Tensor, dense: tf.Tensor) =>
    network({ ...tensors, w, dense }).asScalar(),
  )([tensors.w!, tensors.dense!]);
  return { loss: value, 'w.next': tf.sub(tensors.w!, grads[0]!), 'dense.next': tf.sub(tensors.dense!, grads[1]!) };
};

describe('the onnx checker', skipBecause(lacksPython('onnx')), () => {
  /** Checks a model, its types and shapes included, and returns what shape inference finds for the outputs. */
  function check(graph: Graph): unknown {
    const folder = mkdtempSync(join(tmpdir(), 'onnoise-'));
    try {
      const path = join(folder, 'model.onnx');
      writeFileSync(path, encodeModel(graph));
      const script = `
import json, sys, onnx
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
dims = lambda v: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim]
print(json.dumps({v.name: dims(v) for v in [*inferred.graph.value_info, *inferred.graph.output]}))`;
      return JSON.parse(execFileSync(PYTHON, ['-c', script, path], { encoding: 'utf8' }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('takes a traced network, and infers the shapes that the trace gave', () => {
    const graph = trace((tensors) => ({ loss: network(tensors) }), SPECS);
    for (const [name, dims] of Object.entries(check(graph) as Record<string, number[]>)) {
      expect(dims, name).toEqual([...graph.types.get(name)!.dims]);
    }
  });

  it('takes a traced training step', () => {
    const graph = trace(step, SPECS);
    const shapes = check(graph) as Record<string, number[]>;
    expect(shapes['w.next']).toEqual([4, 3, 3, 3]);
    for (const [name, dims] of Object.entries(shapes)) {
      expect(dims, name).toEqual([...graph.types.get(name)!.dims]);
    }
  });

  it('takes a Loop', () => {
    expect(check(doubling())).toMatchObject({ y: [2] });
  });

  it('takes a network with constants', () => {
    const next = uniforms(1);
    const constants = SPECS.slice(1, 3).map((spec) => {
      const size = (spec.shape as readonly number[]).reduce((product, dim) => product * dim, 1);
      return { ...spec, data: Float32Array.from({ length: size }, next) };
    });
    check(trace((tensors) => ({ loss: network(tensors) }), [SPECS[0], SPECS[3]], { constants }));
  });
});
