/** New nodes and constants for a pass: named apart from all others, and made once where they are asked for twice. */
import type { Constant, ConstantData, DType, Graph, Node } from '../graph.ts';
import { sameList } from '../layout.ts';

export interface Inserter {
  /** The nodes made so far, in order; the pass places them. */
  nodes: Node[];
  /** Adds a node and returns the name of its output. */
  add(op: string, inputs: string[], dims: readonly number[], options?: AddOptions): string;
  /** What `make` returns, made when it is first asked for under this key. */
  once(key: string, make: () => string): string;
  /** A constant whose name says what it holds: asking again gives the same one. */
  constant(name: string, dtype: DType, dims: readonly number[], data: () => ConstantData): string;
  /** A constant of its own, whatever there is of that name. */
  newConstant(name: string, constant: Constant): string;
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
