/**
 * The tracer as an eager backend: what is written becomes an input of a graph, and what is read is computed by onnxruntime on the
 * part of that graph that leads to it. So whatever can be asked of a tfjs backend can be asked of the tracer.
 */
import { createRequire } from 'node:module';
import type * as tf from '@tensorflow/tfjs';
import { Tensor } from 'onnxruntime-node';
import { type ConstantData, type DType, type Graph, GraphBuilder, type Node, sizeOf } from '#tracer/graph/graph.ts';
import { expandData, identityOrder, logical, transposeData, type Value } from '#tracer/graph/layout.ts';
import { encodeModel } from '#tracer/graph/protobuf.ts';
import { simplify } from '#tracer/passes/index.ts';
import { TraceBackend } from '#tracer/tracing/backend.ts';
import { registerKernels } from '#tracer/tracing/register.ts';
import type { Way } from './ways.ts';

export const EAGER = 'onnx-eager';

/** onnxruntime-node's native session: synchronous, as dataSync has to be. */
interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: Record<string, Tensor>, fetches: Record<string, null>, options: object): Record<string, Tensor>;
  dispose(): void;
}
const { binding, initOrt } = createRequire(import.meta.url)('onnxruntime-node/dist/binding.js') as {
  binding: { InferenceSession: new () => NativeSession };
  initOrt(): void;
};

/** A graph that grows, and the values in it that are known: what was written and what was read. */
interface Sheet {
  builder: GraphBuilder;
  known: Map<string, ConstantData>;
  producers: Map<string, Node>;
  /** How many nodes `producers` has seen. */
  seen: number;
}

class EagerBackend extends TraceBackend {
  way: Way = 'inputs';
  private sheet: Sheet | undefined;
  private sheets = new WeakMap<object, { sheet: Sheet; value: Value }>();
  private serial = 0;
  /** How many tensors were written to this graph. */
  private count = 0;

  /** Starts an empty graph: a large one is slow to add to. Tensors of the graphs before can still be used. */
  turn(): void {
    this.count = 0;
    this.record(undefined);
    this.sheet = { builder: new GraphBuilder('eager'), known: new Map(), producers: new Map(), seen: 0 };
    this.record(this.sheet.builder);
  }

  private get current(): Sheet {
    if (!this.sheet) this.turn();
    return this.sheet!;
  }

  override tensorOf(value: Value): tf.TensorInfo {
    const info = super.tensorOf(value);
    this.sheets.set(info.dataId, { sheet: this.current, value });
    return info;
  }

  override lookup(info: tf.TensorInfo): Value {
    const kept = this.sheets.get(info.dataId);
    if (!kept) return super.lookup(info);
    // Reshaped tensors share the data of another one.
    if (kept.sheet === this.current) return kept.value;
    const value = this.given(evaluate(kept.sheet, kept.value), kept.value.shape, kept.value.dtype);
    this.sheets.set(info.dataId, { sheet: this.current, value });
    return value;
  }

  private given(data: ConstantData, shape: readonly number[], dtype: DType): Value {
    const { builder, known } = this.current;
    const order = this.orderOf(shape.length);
    const written = { data: transposeData(data, shape, order), dims: order.map((axis) => shape[axis]!) };
    const stored = this.way === 'channels-first' ? unrepeated(written) : written;
    const name = builder.input(`written_${this.serial++}`, dtype, stored.dims);
    known.set(name, stored.data);
    return { name, dtype, shape, order, dims: stored.dims };
  }

  private orderOf(rank: number): number[] {
    const order = identityOrder(rank);
    if (this.way === 'reversed') return order.reverse();
    if (this.way !== 'channels-first' || rank < 3 || this.count++ % 2 === 1) return order;
    return [0, rank - 1, ...order.slice(1, -1)];
  }

  protected override constant(data: ConstantData, shape: readonly number[], dtype: DType): Value {
    const isConstant = this.way === 'constants' && this.count++ % 2 === 1;
    if (isConstant || data.length === 0) return super.constant(data, shape, dtype);
    return this.given(data.slice() as ConstantData, shape, dtype);
  }

  override async time(f: () => void): Promise<{ kernelMs: number }> {
    const began = performance.now();
    f();
    return { kernelMs: performance.now() - began };
  }
  override timerAvailable(): boolean {
    return false;
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const kept = this.sheets.get(dataId);
    if (!kept) throw new Error('a tensor that this backend does not have');
    return evaluate(kept.sheet, kept.value).slice() as tf.backend_util.BackendValues;
  }
}

/** The elements of a value, in logical order. */
function evaluate(sheet: Sheet, value: Value): ConstantData {
  const { builder, known } = sheet;
  const { name } = logical(builder, value);
  const given = known.get(name) ?? constantIn(builder.graph, name, value);
  if (given) return given;
  const { graph, inputs } = subgraph(sheet, name);
  const data = run(graph, new Map(inputs.map((input) => [input, known.get(input)!])));
  known.set(name, data);
  return data;
}

function constantIn({ constants }: Graph, name: string, { shape }: Value): ConstantData | undefined {
  const constant = constants.get(name);
  return constant && expandData(constant.data, constant.dims, shape);
}

/** A copy of the part of the graph that computes `wanted` from what is known. */
function subgraph(sheet: Sheet, wanted: string): { graph: Graph; inputs: string[] } {
  const { builder, known } = sheet;
  const { nodes, types, constants } = builder.graph;
  for (; sheet.seen < nodes.length; sheet.seen++) {
    for (const output of nodes[sheet.seen]!.outputs) sheet.producers.set(output, nodes[sheet.seen]!);
  }
  const graph: Graph = { name: 'read', inputs: [], outputs: [], nodes: [], constants: new Map(), types: new Map() };
  const visit = (name: string) => {
    // An optional input that is left out has no name.
    if (name === '' || graph.types.has(name)) return;
    const type = types.get(name)!;
    graph.types.set(name, type);
    const constant = constants.get(name);
    if (known.has(name)) graph.inputs.push({ name, ...type });
    else if (constant) graph.constants.set(name, constant);
    else {
      const { inputs, outputs, attributes, ...node } = sheet.producers.get(name)!;
      for (const input of inputs) visit(input);
      for (const output of outputs) graph.types.set(output, types.get(output)!);
      graph.nodes.push({ ...node, inputs: [...inputs], outputs: [...outputs], attributes: { ...attributes } });
    }
  };
  visit(wanted);
  const output = { name: 'output', ...types.get(wanted)! };
  graph.nodes.push({
    name: 'output',
    op: 'Identity',
    domain: '',
    inputs: [wanted],
    outputs: ['output'],
    attributes: {},
  });
  graph.types.set('output', output);
  graph.outputs.push(output);
  const inputs = graph.inputs.map(({ name }) => name);
  return { graph: simplify(graph), inputs };
}

const SESSION = { logSeverityLevel: 4, intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all' };

function run(graph: Graph, feeds: ReadonlyMap<string, ConstantData>): ConstantData {
  initOrt();
  const session = new binding.InferenceSession();
  const model = encodeModel(graph);
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, SESSION);
  try {
    const tensors = graph.inputs.map(({ name, dtype, dims }) => {
      return [name, new Tensor(dtype, feeds.get(name) as never, dims as number[])] as const;
    });
    const { output } = session.run(Object.fromEntries(tensors), { output: null }, {});
    const port = graph.outputs[0]!;
    if (String(output!.dims) !== String(port.dims)) {
      throw new Error(`the graph says [${port.dims}], onnxruntime gives [${output!.dims}]`);
    }
    return output!.data as unknown as ConstantData;
  } finally {
    session.dispose();
  }
}

interface Stored {
  data: ConstantData;
  dims: readonly number[];
}

/** Each axis along which all is the same, once. */
function unrepeated({ data, dims }: Stored): Stored {
  const short = [...dims];
  let kept = data as Float32Array;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const inner = sizeOf(short.slice(axis + 1));
    const block = inner * dims[axis]!;
    if (dims[axis]! < 2 || !kept.every((value, i) => Object.is(value, kept[i - (i % block) + (i % inner)]))) continue;
    kept = kept.filter((_, i) => i % block < inner);
    short[axis] = 1;
  }
  return { data: kept, dims: short };
}

/** Registers the backend with tfjs. */
export function registerEager(engine: { registerBackend: typeof tf.registerBackend }): EagerBackend {
  const backend = new EagerBackend();
  engine.registerBackend(EAGER, () => backend, 0);
  registerKernels(EAGER, backend);
  return backend;
}
