/**
 * An ONNX graph as plain data, and the builder that the tracer fills it with.
 *
 * Names follow the ONNX specification (https://onnx.ai/onnx/intermediate-representation.html): a graph has nodes,
 * initializers (here `constants`), inputs and outputs, and every value has one name.
 */

/**
 * tfjs has no int64: the tracer uses it for ONNX's shapes, axes and pads. It never makes float64, which is for graphs that
 * compute a sampler's rows, nor the last three, which are for smaller copies of a network.
 */
export type DType = 'float32' | 'int32' | 'int64' | 'bool' | 'float64' | 'float16' | 'uint8' | 'int8';
/** By dtype: float32, int32, int64, bool and uint8, float64, float16 (its bits), int8. */
export type ConstantData =
  | Float32Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Float64Array
  | Uint16Array
  | Int8Array;

/** The arrays that hold constants of the dtypes that tfjs has. */
export const ARRAY_TYPE = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** An attribute says its ONNX type, since a JavaScript number does not. */
export type Attribute =
  | { int: number }
  | { ints: readonly number[] }
  | { float: number }
  | { floats: readonly number[] }
  | { string: string }
  | { tensor: Constant }
  | { graph: FileGraph };

/** '' is ai.onnx; the other domains are onnxruntime's own operators. */
export type Domain = '' | 'com.microsoft' | 'com.microsoft.nchwc';

/** An operator at work. Its inputs and outputs are names of values. */
export interface Node {
  name: string;
  op: string;
  domain: Domain;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
}

/** Type of a value: its dtype and its dimensions, in the order in which it is stored. */
export interface ValueType {
  dtype: DType;
  dims: readonly number[];
}

/** An initializer, its elements row by row. */
export interface Constant extends ValueType {
  data: ConstantData;
}

/** A named input or output. `dims` may hold a name in place of a number, for a dynamic axis. */
export interface Port {
  name: string;
  dtype: DType;
  dims: readonly (number | string)[];
  /** A sentence for whoever opens the file. */
  doc?: string | undefined;
  /** An output that is a sequence of such tensors. */
  sequence?: true;
}

/**
 * What a `.onnx` file holds of a graph, and the body of a Loop, Scan or If. A body may read values of the graph around
 * it by their names. Passes see what it reads there and rename it, but rewrite nothing inside.
 */
export interface FileGraph {
  name: string;
  /** As in a port. */
  doc?: string | undefined;
  inputs: Port[];
  outputs: Port[];
  /** In an order in which they can run. */
  nodes: Node[];
  constants: Map<string, Constant>;
}

/** Plain data: passes edit it in place, and `structuredClone` copies it. */
export interface Graph extends FileGraph {
  /** Types of all values: inputs, constants and what nodes produce. */
  types: Map<string, ValueType>;
}

/** What a node has beside its operator, its inputs and its outputs. */
export interface EmitOptions {
  attributes?: Record<string, Attribute>;
  domain?: Domain;
}

/** The values of the graph that a node reads: its inputs, and what its bodies read from around them. */
export function valuesRead({ inputs, attributes }: Node): string[] {
  return [...inputs, ...bodiesOf(attributes).flatMap(outerReads)];
}

/** The graphs among a node's attributes. */
export const bodiesOf = (attributes: Node['attributes']): FileGraph[] =>
  Object.values(attributes).flatMap((attribute) => ('graph' in attribute ? [attribute.graph] : []));

function outerReads({ inputs, nodes, constants }: FileGraph): string[] {
  const own = new Set([...inputs.map(({ name }) => name), ...constants.keys()]);
  for (const { outputs } of nodes) for (const output of outputs) own.add(output);
  return nodes.flatMap(valuesRead).filter((name) => !own.has(name));
}

/** Has the graph a value or a node of this name? */
export const graphHas = (graph: Graph, name: string): boolean =>
  graph.types.has(name) || graph.nodes.some((node) => node.name === name);

/** Number of elements of a tensor of this shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/**
 * Appends to a graph. Nodes are named by scope: a node that reads a named parameter opens the scope of that parameter
 * (`down.0.conv1.weight` gives `down.0.conv1`, `conv1/kernel` gives `conv1`), and the nodes after it stay in it, so that a
 * graph reads well in Netron.
 */
export class GraphBuilder {
  readonly graph: Graph;
  private scope = '';
  private serial = 0;
  private readonly shared = new Map<string, string>();
  private readonly nodeNames = new Set<string>();
  /** As in `TraceOptions`. */
  readonly winograd: boolean;
  readonly sumsInSteps: boolean;
  readonly products: boolean;
  readonly block: number | undefined;

  constructor(
    name: string,
    {
      winograd = false,
      sumsInSteps = false,
      products = true,
      block,
    }: { winograd?: boolean; sumsInSteps?: boolean; products?: boolean; block?: number | undefined } = {},
  ) {
    this.winograd = winograd;
    this.sumsInSteps = sumsInSteps;
    this.products = products;
    this.block = block;
    this.graph = { name, inputs: [], outputs: [], nodes: [], constants: new Map(), types: new Map() };
  }

  /** Declares an input and returns its name. */
  input(name: string, dtype: DType, dims: readonly number[]): string {
    this.graph.inputs.push({ name, dtype, dims });
    this.graph.types.set(name, { dtype, dims });
    return name;
  }

  /**
   * Adds a constant and returns its name. Equal constants of up to 64 elements are shared, unless they are given a
   * `name`; a name that is taken gets a number.
   *
   * @param data `sizeOf(dims)` elements, row by row, in the array that suits `dtype`
   */
  constant(data: ConstantData, dims: readonly number[], dtype: DType, name?: string): string {
    const small = name === undefined && data.length <= 64;
    const key = small ? `${dtype}[${dims}]${Array.from(data, String)}` : '';
    const known = this.shared.get(key);
    if (small && known !== undefined) return known;
    const unique = this.unique(name ?? `constant_${this.serial++}`);
    this.graph.constants.set(unique, { data, dims, dtype });
    this.graph.types.set(unique, { dtype, dims });
    if (small) this.shared.set(key, unique);
    return unique;
  }

  /** A vector of int64, as ONNX wants its shapes, axes and pads. */
  shape(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], 'int64');
  }

  /** A constant of no dimensions. */
  scalar(value: number, dtype: 'float32' | 'int32' | 'bool' = 'float32'): string {
    return this.constant(ARRAY_TYPE[dtype].of(value), [], dtype);
  }

  /**
   * Adds a node of one output and returns the name of that output.
   *
   * @param inputs names of values that the graph has
   * @param type of the output; nothing infers or checks it
   */
  emit(op: string, inputs: string[], type: ValueType, options: EmitOptions = {}): string {
    return this.emitMany(op, inputs, [type], options)[0]!;
  }

  /** As `emit`, with one output for each of `types`. */
  emitMany(op: string, inputs: string[], types: readonly ValueType[], options: EmitOptions = {}): string[] {
    for (const input of inputs) this.enter(input);
    const name = this.unique(this.scope === '' ? op : `${this.scope}/${op}`);
    this.nodeNames.add(name);
    const outputs = types.map((type, i) => {
      const output = types.length === 1 ? name : `${name}:${i}`;
      this.graph.types.set(output, { dtype: type.dtype, dims: type.dims });
      return output;
    });
    const { attributes = {}, domain = '' } = options;
    this.graph.nodes.push({ name, op, domain, inputs, outputs, attributes });
    return outputs;
  }

  private enter(value: string): void {
    const isParameter = this.graph.constants.has(value) || this.graph.inputs.some((port) => port.name === value);
    const end = Math.max(value.lastIndexOf('.'), value.lastIndexOf('/'));
    if (isParameter && end > 0) this.scope = value.slice(0, end);
  }

  private unique(name: string): string {
    if (!this.graph.types.has(name) && !this.nodeNames.has(name)) return name;
    return this.unique(`${name}_${this.serial++}`);
  }
}
