/**
 * How much memory training will take, counted on the traced step: in the graph's order, a value lives from the node
 * that makes it to the last one that reads it.
 *
 * | part      | what                                                                                          |
 * |-----------|-----------------------------------------------------------------------------------------------|
 * | state     | weights, EMA and both Adam moments, twice: before the step and after it                       |
 * | step      | the peak within a step, activations and gradients, times a factor of onnxruntime's arena      |
 * | saving    | a copy of the state, and for the pictures four copies of the weights while a session loads    |
 * | program   | Node, tfjs and onnxruntime                                                                    |
 */
import { formatBytes } from '@onnoise/base/text';
import { sizeOf } from '@onnoise/scheduler/model';
import type { Graph } from '@onnoise/tracer';
import { graphBytes } from '../engines/onnx/graph-memory.ts';
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

const PROGRAM_BYTES = 200 * 2 ** 20;

/** @param weights number of the network's parameters */
export function estimateMemory(graph: Graph, weights: number): MemoryEstimate {
  const { state, step } = graphBytes(graph);
  const saving = state / 2 + 4 * 4 * weights;
  return { state, step, saving, program: PROGRAM_BYTES, total: state + step + saving + PROGRAM_BYTES };
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
  const [{ traceStep }, { traceParts }, { coresOfSums }] = await Promise.all([
    import('../engines/onnx/onnxruntime.ts'),
    import('../engines/onnx/trace-parts.ts'),
    import('../engines/onnx/parallel-sums.ts'),
  ]);
  const weights = countParameters(model);
  const { accumulated } = step;
  if (!accumulated) return estimateMemory(traceStep(step), weights);
  // Two sessions: each has its own arena, and the totals stand in both. A private step has one of the first on each core.
  const { add, update } = traceParts({ ...step, accumulated });
  const [first, second] = [estimateMemory(add, weights), estimateMemory(update, weights)];
  const cores = coresOfSums({ ...step, accumulated }, add);
  const more = { state: cores * first.state, step: cores * first.step };
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

/**
 * Says why a plan does not fit in that much memory, and what to do, to be put after `Cannot train on this machine: `; undefined if it fits.
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
  return `the machine must have about ${formatBytes(estimate.total)} of memory, but it has ${formatBytes(total)}. ${advice}.`;
}
