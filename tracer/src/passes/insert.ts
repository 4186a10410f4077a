/** New nodes and constants for a pass: named apart from all others, and made once where they are asked for twice. */
import type { ConstantData, DType, Graph, Node } from '../graph.ts';

export interface Inserter {
  /** The nodes made so far, in order; the pass places them. */
  nodes: Node[];
  /** Adds a node and returns the name of its output. */
  add(op: string, inputs: string[], dims: readonly number[], options?: AddOptions): string;
  /** A constant of a name that says what it holds: asking again gives the same one. */
  constant(name: string, dtype: DType, dims: readonly number[], data: () => ConstantData): string;
  /** A vector of int64. */
  vector(values: readonly number[]): string;
}

export interface AddOptions extends Partial<Pick<Node, 'attributes' | 'domain'>> {
  dtype?: DType;
  /** What the node is named after; the first input when left out. */
  after?: string;
}

export function createInserter(graph: Graph): Inserter {
  const made = new Map<string, string>();
  const inserter: Inserter = {
    nodes: [],
    add(op, inputs, dims, { attributes = {}, domain = '', dtype = 'float32', after = inputs[0]! } = {}) {
      const key = JSON.stringify([op, domain, inputs, dims, attributes]);
      const known = made.get(key);
      if (known) return known;
      const name = freshName(graph, `${after}.${op}`);
      graph.types.set(name, { dtype, dims });
      inserter.nodes.push({ name, op, domain, inputs, outputs: [name], attributes });
      made.set(key, name);
      return name;
    },
    constant(name, dtype, dims, data) {
      if (!graph.constants.has(name)) {
        graph.constants.set(name, { dtype, dims, data: data() });
        graph.types.set(name, { dtype, dims });
      }
      return name;
    },
    vector(values) {
      const data = () => BigInt64Array.from(values, BigInt);
      return inserter.constant(`int64_${values.join('_')}`, 'int64', [values.length], data);
    },
  };
  return inserter;
}

function freshName(graph: Graph, name: string): string {
  let unique = name;
  for (let i = 1; graph.types.has(unique); i++) unique = `${name}_${i}`;
  return unique;
}
