/**
 * How much memory training will take, counted on the traced step and not guessed: walking the graph in its order, a
 * value lives from the node that makes it to the last one that reads it.
 *
 * | part      | what                                                                                    |
 * |-----------|-----------------------------------------------------------------------------------------|
 * | state     | weights, EMA and both Adam moments, twice: before the step and after it                 |
 * | step      | the most that lives at one time within a step: activations and gradients                |
 * | program   | Node, tfjs, onnxruntime and the prepared images, roughly                                |
 *
 * Limits: what onnxruntime pads, packs and keeps in its arena is not counted; it can be a third of `step`.
 */
import type { Graph } from '../onnx/index.ts';
import { formatBytes } from '../terminal/format.ts';
import type { TrainPlan } from './plan.ts';

export interface MemoryEstimate {
  /** All in bytes. */
  state: number;
  step: number;
  program: number;
  total: number;
}

const programBytes = 300 * 2 ** 20;
const bytesOf = { float32: 4, int32: 4, int64: 8, bool: 1 } as const;
/** Their output is their input's memory under another name. */
const views = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

export function estimateMemory(graph: Graph): MemoryEstimate {
  const size = (name: string) => {
    const type = graph.types.get(name);
    return type ? bytesOf[type.dtype] * type.dims.reduce((product, extent) => product * extent, 1) : 0;
  };
  const sum = (names: Iterable<string>) => [...names].reduce((total, name) => total + size(name), 0);
  const ports = [...graph.inputs, ...graph.outputs].map(({ name }) => name);
  const state = sum(ports) + sum(graph.constants.keys());
  const step = peak(graph, size);
  return { state, step, program: programBytes, total: state + step + programBytes };
}

function peak(graph: Graph, size: (name: string) => number): number {
  const owner = new Map<string, string>();
  const root = (name: string): string => owner.get(name) ?? name;
  for (const { op, inputs, outputs } of graph.nodes) {
    if (views.has(op)) owner.set(outputs[0]!, root(inputs[0]!));
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

/** The estimate of a plan in words. */
export async function describeMemory({ step, config }: TrainPlan): Promise<string> {
  const { traceStep } = await import('./engines/onnxruntime.ts');
  const { state, step: inner, program, total } = estimateMemory(traceStep(step));
  const parts = `state ${formatBytes(state)}, a step of ${config.training.batch} images ${formatBytes(inner)}, program ${formatBytes(program)}`;
  return `Estimated memory: ${formatBytes(total)} (${parts})`;
}
