/** What is in a graph, for people and programs. */

import { foldsOf } from './folds.ts';
import { bodiesOf, type FileGraph, type Port, sizeOf } from './graph.ts';
import { OPSET } from './protobuf.ts';

/** An input or output: `batch` in `dims` where the batch is open. */
export type ReportedPort = Pick<Port, 'name' | 'dtype' | 'dims'>;

export interface GraphReport {
  /** Version of ONNX's operators that the file is written for. */
  opset: number;
  inputs: ReportedPort[];
  outputs: ReportedPort[];
  /** Nodes, those in the bodies of loops included. */
  nodes: number;
  /** Nodes by operator, the most frequent first. An operator of another domain has it before its name. */
  operators: Record<string, number>;
  /** Numbers that the constants of floats hold. One that stands for many equal ones counts once. */
  parameters: number;
  /** Bytes of all constants. */
  bytes: number;
  /** What made the graph smaller, the most frequent first: `fold a bias into its convolution: 13`. */
  folded: Record<string, number>;
}

/** @param graph as `trace`, `traceModel` or `decodeModel` gives it; `folded` is empty for a copy and for a file's */
export function reportGraph(graph: FileGraph): GraphReport {
  const all = graphsIn(graph);
  const nodes = all.flatMap((each) => each.nodes);
  const constants = all.flatMap((each) => [...each.constants.values()]);
  const floats = constants.filter(({ dtype }) => dtype.startsWith('float'));
  const operators = new Map<string, number>();
  for (const { op, domain } of nodes) {
    const name = domain === '' ? op : `${domain}.${op}`;
    operators.set(name, (operators.get(name) ?? 0) + 1);
  }
  const ports = (of: readonly Port[]) => of.map(({ name, dtype, dims }) => ({ name, dtype, dims: [...dims] }));
  return {
    opset: OPSET,
    inputs: ports(graph.inputs),
    outputs: ports(graph.outputs),
    nodes: nodes.length,
    operators: frequent(operators),
    parameters: floats.reduce((sum, { dims }) => sum + sizeOf(dims), 0),
    bytes: constants.reduce((sum, { data }) => sum + data.byteLength, 0),
    folded: frequent(foldsOf(graph)),
  };
}

const graphsIn = (graph: FileGraph): FileGraph[] => [
  graph,
  ...graph.nodes.flatMap(({ attributes }) => bodiesOf(attributes).flatMap(graphsIn)),
];

function frequent(counts: ReadonlyMap<string, number>): Record<string, number> {
  const sorted = [...counts].sort(([a, n], [c, m]) => m - n || (a < c ? -1 : 1));
  return Object.fromEntries(sorted);
}

/** A port as one writes it: `x float32[batch, 224, 224, 3]`. */
export const describePort = ({ name, dtype, dims }: ReportedPort): string => `${name} ${dtype}[${dims.join(', ')}]`;

/** The report in lines of text, without inputs and outputs. */
export function describeReport({ opset, nodes, operators, parameters, bytes, folded }: GraphReport): string[] {
  const list = (counts: Record<string, number>) => Object.entries(counts).map(([name, count]) => `  ${name}: ${count}`);
  const count = (number: number) => number.toLocaleString('en');
  return [
    `Opset: ${opset}`,
    `Parameters: ${count(parameters)} (${count(bytes)} bytes of constants)`,
    `Nodes: ${count(nodes)}`,
    ...list(operators),
    `Folded: ${Object.keys(folded).length === 0 ? 'nothing' : ''}`.trimEnd(),
    ...list(folded),
  ];
}
