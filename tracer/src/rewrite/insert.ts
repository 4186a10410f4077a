/** New nodes and constants for a pass, with unique names. Shared ones are made only once. */
import type { Constant, ConstantData, DType, Graph, Node } from '../graph/graph.ts';
import { sameList } from '../graph/layout.ts';

export interface Inserter {
  /** The nodes made so far, in order; the pass places them. */
  nodes: Node[];
  /** Adds a node and returns the name of its output. */
  add(op: string, inputs: string[], dims: readonly number[], options?: AddOptions): string;
  /** The result of `make`, which runs only the first time for each key. */
  once(key: string, make: () => string): string;
  /** A constant whose name says what it holds: a second call with that name returns the same one. */
  constant(name: string, dtype: DType, dims: readonly number[], data: () => ConstantData): string;
  /** A new constant, even if there is one of that name. */
  newConstant(name: string, constant: Constant): string;
  /** A vector of int64. */
  vector(values: readonly number[]): string;
}

interface AddOptions extends Partial<Pick<Node, 'attributes' | 'domain'>> {
  dtype?: DType;
  /** The value that the node is named after. Default: the first input. */
  after?: string;
}

export function createInserter(graph: Graph): Inserter {
  const made = new Map<string, string>();
  const inserter: Inserter = {
    nodes: [],
    add(op, inputs, dims, { attributes = {}, domain = '', dtype = 'float32', after = inputs[0]! } = {}) {
      return inserter.once(JSON.stringify([op, domain, inputs, dims, attributes]), () => {
        const name = freshName(graph, `${after}.${op}`);
        graph.types.set(name, { dtype, dims });
        inserter.nodes.push({ name, op, domain, inputs, outputs: [name], attributes });
        return name;
      });
    },
    once(key, make) {
      const known = made.get(key);
      if (known !== undefined) return known;
      const name = make();
      made.set(key, name);
      return name;
    },
    constant(name, dtype, dims, data) {
      return inserter.once(`constant ${name}`, () => {
        const wanted = { dtype, dims, data: data() };
        const found = graph.constants.get(name);
        return found && sameConstant(found, wanted) ? name : inserter.newConstant(name, wanted);
      });
    },
    newConstant(name, constant) {
      const unique = freshName(graph, name);
      graph.constants.set(unique, constant);
      graph.types.set(unique, { dtype: constant.dtype, dims: constant.dims });
      return unique;
    },
    vector(values) {
      const data = () => BigInt64Array.from(values, BigInt);
      return inserter.constant(`int64_${values.join('_')}`, 'int64', [values.length], data);
    },
  };
  return inserter;
}

const sameConstant = (a: Constant, c: Constant): boolean =>
  a.dtype === c.dtype &&
  sameList(a.dims, c.dims) &&
  a.data.every((value: number | bigint, i: number) => Object.is(value, c.data[i]));

function freshName(graph: Graph, name: string): string {
  let unique = name;
  for (let i = 1; graph.types.has(unique); i++) unique = `${name}_${i}`;
  return unique;
}
