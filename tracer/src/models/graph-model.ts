/** A graph model, which TensorFlow's converter makes, as a function that can be traced. */
import type * as tf from '@tensorflow/tfjs';
import { nameTracedPart, runTracedPart } from '../graph/part.ts';
import { TraceError } from '../graph/trace-error.ts';
import { traceable } from '../tracing/backend.ts';
import { type Replacement, withReplaced } from './layer-parts.ts';
import { type ModelInput, uniqueNames } from './ports.ts';
import type { TraceableModel } from './traceable.ts';

/** A node as tfjs keeps it: its category chooses the function that runs it. */
interface GraphNode {
  name: string;
  op: string;
  category?: string;
  inputs: GraphNode[];
}

/** What tfjs keeps of a graph and does not show in its types. */
interface Inside {
  executor: { graph: { outputs: GraphNode[] } };
}

/** Why nodes of a category cannot be traced, and what to do. */
const REFUSED: Readonly<Record<string, string>> = {
  control: 'it is part of a loop or a branch, whose course depends on values; convert the model without control flow',
  dynamic: 'the size of its result depends on values; end the model before it and do the rest outside',
  hash_table: 'it looks text up in a table, which needs strings; do that outside the model',
};

/** @throws TraceError for an operator that tfjs does not have or that depends on values, and for an input of strings */
export function traceableGraph(model: tf.GraphModel): TraceableModel {
  const nodes = [...reachable((model as unknown as Inside).executor.graph.outputs)];
  for (const node of nodes) requireTraceable(node);
  const inputs = model.inputs.map(({ shape, dtype }, i): ModelInput => {
    const open = shape?.map((size) => (size === null || size < 0 ? null : size));
    return { name: model.inputNodes[i]!, shape: open, dtype: traceable(dtype ?? 'float32') };
  });
  const names = uniqueNames(
    model.outputNodes,
    inputs.map(({ name }) => name),
  );
  const weights = Object.entries(model.weights).map(([name, tensors]) => [name, tensors[0]!] as const);
  return {
    inputs,
    weights: new Map(weights),
    run: (tensors) => {
      const execute = () => [model.execute({ ...tensors }, model.outputNodes)].flat();
      const outputs = runTracedPart('the graph model', () => withReplaced(nodes.map(namedRun), execute));
      return Object.fromEntries(outputs.map((output, i) => [names[i]!, output]));
    },
  };
}

/** The nodes that outputs depend on. */
function reachable(nodes: readonly GraphNode[], found = new Set<GraphNode>()): Set<GraphNode> {
  const left = [...nodes];
  for (let node = left.pop(); node; node = left.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    left.push(...node.inputs);
  }
  return found;
}

const describeNode = ({ name, op }: GraphNode): string => `the node ${name} (${op})`;

function requireTraceable(node: GraphNode): void {
  const { category } = node;
  if (category === undefined) {
    throw new TraceError(
      `Cannot trace ${describeNode(node)}: TensorFlow.js must have its operator, and does not; register one of your own (tf.registerOp).`,
    );
  }
  const why = REFUSED[category];
  if (why !== undefined) throw new TraceError(`Cannot trace ${describeNode(node)}: ${why}.`);
}

/** Says which node runs: tfjs reads its category first. */
const namedRun = (node: GraphNode): Replacement => {
  const { category } = node;
  const get = () => {
    nameTracedPart(describeNode(node));
    return category;
  };
  return { of: node, field: 'category', get };
};
