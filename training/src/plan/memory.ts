/**
 * How much memory training will take, counted on the traced step: in the graph's order, a value lives from the node
 * that makes it to the last one that reads it.
 *
 * | part      | what                                                                                          |
 * |-----------|-----------------------------------------------------------------------------------------------|
 * | state     | weights, EMA and both Adam moments, twice: before the step and after it                       |
 * | step      | the peak within a step, activations and gradients, times `ARENA_FACTOR`                       |
 * | saving    | a copy of the state, and for the pictures four copies of the weights while a session loads    |
 * | program   | Node, tfjs and onnxruntime                                                                    |
 *
 * `ARENA_FACTOR` is measured: 3.3 to 3.7 on the networks of the tutorial and the digits. onnxruntime's arena grows by
 * doubling, and from the second step on it holds a block planned for the whole step beside what the first step took.
 */

import { totalmem } from 'node:os';
import { formatBytes } from '@onnoise/base/text';
import { sizeOf } from '@onnoise/scheduler/model';
import type { Graph } from '@onnoise/tracer';
import { countParameters } from '../model/parameters.ts';
import type { TrainStep } from '../step/contracts.ts';
import { createTrainStep } from '../step/step.ts';
import type { TrainPlan } from './plan.ts';

export interface MemoryEstimate {
  /** All in bytes. */
  state: number;
  step: number;
  saving: number;
  program: number;
  total: number;
}

const ARENA_FACTOR = 3.5;
const PROGRAM_BYTES = 200 * 2 ** 20;
const BYTES_OF = { float32: 4, int32: 4, int64: 8, bool: 1, float64: 8, float16: 2, uint8: 1, int8: 1 } as const;
/** Their output shares the memory of their input. */
const VIEWS = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** @param weights number of the network's parameters */
export function estimateMemory(graph: Graph, weights: number): MemoryEstimate {
  const size = sizesOf(graph);
  const sum = (names: Iterable<string>) => [...names].reduce((total, name) => total + size(name), 0);
  const ports = [...graph.inputs, ...graph.outputs].map(({ name }) => name);
  const state = sum(ports) + sum(graph.constants.keys());
  const step = ARENA_FACTOR * peakBytes(graph);
  const saving = state / 2 + 4 * 4 * weights;
  return { state, step, saving, program: PROGRAM_BYTES, total: state + step + saving + PROGRAM_BYTES };
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

/** Most values in a batch of images for which the step is traced as it is: tfjs makes an array or two of that size. */
const TRACED_VALUES = 2 ** 19;

/**
 * The estimate of a plan, from its traced step, or for a very large batch from smaller ones. It holds for onnxruntime:
 * the other engines keep all values of a step until it ends.
 */
export async function estimatePlan(plan: TrainPlan): Promise<MemoryEstimate> {
  const { batch } = plan.config.training;
  const tractable = batch * sizeOf(plan.model.shape) <= TRACED_VALUES || !plan.step.recipe;
  return tractable ? estimateStep(plan, plan.step) : (await estimateByBatch(plan))(batch);
}

async function estimateStep({ model }: TrainPlan, step: TrainStep): Promise<MemoryEstimate> {
  const [{ traceStep }, { traceParts }] = await Promise.all([
    import('../engines/onnx/onnxruntime.ts'),
    import('../engines/onnx/trace-parts.ts'),
  ]);
  const weights = countParameters(model);
  const { accumulated } = step;
  if (!accumulated) return estimateMemory(traceStep(step), weights);
  // Two sessions: each has its own arena, and the totals stand in both.
  const { add, update } = traceParts({ ...step, accumulated });
  const [first, second] = [estimateMemory(add, weights), estimateMemory(update, weights)];
  const more = { state: first.state, step: first.step };
  return {
    ...second,
    state: second.state + more.state,
    step: second.step + more.step,
    total: second.total + more.state + more.step,
  };
}

/** The estimate of a plan as a function of its batch. A step's memory is linear in that, so two traces are enough. */
async function estimateByBatch(plan: TrainPlan): Promise<(batch: number) => MemoryEstimate> {
  const { model, step } = plan;
  const { options } = step.recipe!;
  const small = Math.max(1, Math.floor(TRACED_VALUES / sizeOf(model.shape) / 2));
  const at = (images: number) => estimateStep(plan, createTrainStep(model, { ...options, batch: images }));
  const [one, two] = [await at(small), await at(2 * small)];
  const parts = Object.keys(one) as (keyof MemoryEstimate)[];
  return (batch) => {
    const beyond = (part: keyof MemoryEstimate) => one[part] + ((two[part] - one[part]) * (batch - small)) / small;
    return Object.fromEntries(parts.map((part) => [part, beyond(part)])) as unknown as MemoryEstimate;
  };
}

/** The estimate in words. */
export function describeMemory(estimate: MemoryEstimate, batch: number, engine: string): string {
  const parts = {
    state: estimate.state,
    [`a step of ${batch} images`]: estimate.step,
    saving: estimate.saving,
    program: estimate.program,
  };
  const words = Object.entries(parts).map(([name, bytes]) => `${name} ${formatBytes(bytes)}`);
  const more = engine === 'onnxruntime' ? '' : `; this is for onnxruntime, and tfjs-node took half as much again`;
  return `Estimated memory: ${formatBytes(estimate.total)} (${words.join(', ')})${more}`;
}

/** This machine's memory in bytes: all of it, or the process's limit if there is one, and the part that is free now. */
export function machineMemory(): { total: number; free: number } {
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { total, free: Math.min(total, process.availableMemory()) };
}

/**
 * A sentence that says why a plan does not fit in that much memory, and what to do; undefined if it fits.
 * @param total bytes of the machine
 */
export async function memoryShortage(
  estimate: MemoryEstimate,
  plan: TrainPlan,
  total: number,
): Promise<string | undefined> {
  if (estimate.total <= total) return undefined;
  const by = plan.step.recipe ? await estimateByBatch(plan) : undefined;
  // A tenth is left to everything else.
  const fits = by ? Math.floor((0.9 * total - by(0).total) / (by(1).total - by(0).total)) : 0;
  const advice = fits >= 1 ? `Try --batch ${fits} or less` : 'Try a smaller network';
  return `Cannot train on this machine: the machine must have about ${formatBytes(estimate.total)} of memory, but it has ${formatBytes(total)}. ${advice}.`;
}
