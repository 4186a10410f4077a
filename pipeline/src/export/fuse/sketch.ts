/**
 * A graph that is drawn node by node, for what no tfjs function can say: float64, loops and branches. Values are plain
 * names; nothing infers or checks their types, and no pass is to run over the graph.
 */
import type { Attribute, Constant, DType, FileGraph, Node, Port } from '@onnoise/tracer';

/** ONNX's numbers of the types that a Cast can give here. */
const CODES = { float32: 1, int64: 7, bool: 9, float64: 11 } as const;
type Castable = keyof typeof CODES;

const ARRAYS = { float32: Float32Array, float64: Float64Array } as const;

export class Sketch {
  readonly graph: FileGraph;
  private readonly scope: string;
  private serial = 0;

  /** @param scope names all that is drawn here: names must differ within a file, bodies included */
  constructor(scope: string) {
    this.scope = scope;
    this.graph = { name: scope, inputs: [], outputs: [], nodes: [], constants: new Map() };
  }

  input(name: string, dtype: DType, dims: Port['dims'], doc?: string): string {
    this.graph.inputs.push({ name, dtype, dims, doc });
    return name;
  }

  /** Declares a value as an output, under a name of its own. */
  output(name: string, value: string, dtype: DType, dims: Port['dims'], doc?: string): void {
    this.graph.nodes.push(node(name, 'Identity', [value], [name]));
    this.graph.outputs.push({ name, dtype, dims, doc });
  }

  /** A node of one output. @param label what the value is, for readers of the graph */
  op(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, label = op): string {
    const name = this.fresh(label);
    this.graph.nodes.push(node(name, op, inputs, [name], attributes));
    return name;
  }

  /** A node of several outputs. */
  many(op: string, inputs: readonly string[], count: number, attributes: Record<string, Attribute> = {}): string[] {
    const name = this.fresh(op);
    const outputs = Array.from({ length: count }, (_, i) => `${name}:${i}`);
    this.graph.nodes.push(node(name, op, inputs, outputs, attributes));
    return outputs;
  }

  cast(value: string, to: Castable): string {
    return this.op('Cast', [value], { to: { int: CODES[to] } });
  }

  /** Equal constants are shared. */
  floats(values: readonly number[], dims: readonly number[], dtype: 'float32' | 'float64' = 'float64'): string {
    return this.constant({ dtype, dims, data: ARRAYS[dtype].from(values) });
  }

  /** A scalar of float64. */
  number(value: number): string {
    return this.floats([value], []);
  }

  /** A vector of int64, or what `dims` say. */
  whole(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant({ dtype: 'int64', dims, data: BigInt64Array.from(values, BigInt) });
  }

  flags(values: readonly boolean[], dims: readonly number[] = [values.length]): string {
    return this.constant({ dtype: 'bool', dims, data: Uint8Array.from(values, Number) });
  }

  private constant(value: Constant): string {
    const { dtype, dims, data } = value;
    const name = `${this.scope}/${dtype}[${dims}]:${Array.from(data as ArrayLike<number | bigint>, String)}`;
    this.graph.constants.set(name, value);
    return name;
  }

  private fresh(label: string): string {
    return `${this.scope}/${label}_${this.serial++}`;
  }
}

function node(
  name: string,
  op: string,
  inputs: readonly string[],
  outputs: string[],
  attributes: Node['attributes'] = {},
): Node {
  return { name, op, domain: '', inputs: [...inputs], outputs, attributes };
}
