/** How much memory onnxruntime takes for a graph: in the graph's order, a value lives from the node that makes it to the last that reads it. */
import { sizeOf } from '@onnoise/scheduler/model';
import type { Graph } from '@onnoise/tracer';

/**
 * Measured: 3.3 to 3.7 on the networks of the tutorial and the digits. onnxruntime's arena grows by doubling, and from the second step on it
 * holds a block planned for the whole step beside what the first step took.
 */
const ARENA_FACTOR = 3.5;
const BYTES_OF = { float32: 4, int32: 4, int64: 8, bool: 1, float64: 8, float16: 2, uint8: 1, int8: 1 } as const;
/** Their output shares the memory of their input. */
const VIEWS = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** In bytes: `state` is what goes in, what comes out and constants; `step` the arena for all between them. */
export function graphBytes(graph: Graph): { state: number; step: number } {
  const size = sizesOf(graph);
  const sum = (names: Iterable<string>) => [...names].reduce((total, name) => total + size(name), 0);
  const ports = [...graph.inputs, ...graph.outputs].map(({ name }) => name);
  return { state: sum(ports) + sum(graph.constants.keys()), step: ARENA_FACTOR * peakBytes(graph) };
}

function sizesOf(graph: Graph): (name: string) => number {
  return (name) => {
    const type = graph.types.get(name);
    return type ? BYTES_OF[type.dtype] * sizeOf(type.dims) : 0;
  };
}

/** The most bytes that live at one time, without inputs, outputs and constants. */
export function peakBytes(graph: Graph): number {
  const size = sizesOf(graph);
  const owner = new Map<string, string>();
  const root = (name: string): string => owner.get(name) ?? name;
  for (const { op, inputs, outputs } of graph.nodes) {
    if (VIEWS.has(op)) owner.set(outputs[0]!, root(inputs[0]!));
  }
  const lastUse = new Map<string, number>();
  graph.nodes.forEach(({ inputs, outputs }, i) => {
    for (const name of [...outputs, ...inputs]) lastUse.set(root(name), i);
  });

  const ports = [...graph.inputs, ...graph.outputs].map(({ name }) => root(name));
  const given = new Set([...ports, ...graph.constants.keys()]);
  const live = new Set<string>();
  let now = 0;
  let most = 0;
  graph.nodes.forEach(({ inputs, outputs }, i) => {
    for (const name of outputs) {
      if (owner.has(name) || given.has(name) || live.has(name)) continue;
      live.add(name);
      now += size(name);
    }
    most = Math.max(most, now);
    for (const name of new Set([...inputs, ...outputs].map(root))) {
      if (lastUse.get(name) !== i || !live.delete(name)) continue;
      now -= size(name);
    }
  });
  return most;
}
