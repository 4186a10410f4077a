/** Traces the graphs of a step with the orders in which its weights are stored. */
import { type Graph, type TraceOptions, trace } from '@onnoise/tracer';
import type { StepTensor, TrainStep } from '../contracts.ts';
import { countMoved, NONE, storedOrder, type Turns, wantedTurns } from './stored-order.ts';
import { nextOf } from './tensors.ts';
import { isWide } from './wide.ts';

/** Traces with inputs, and the results that follow them, in their stored orders. */
export function traceTurned(
  fn: Parameters<typeof trace>[0],
  specs: readonly StepTensor[],
  { turns, ...options }: TraceOptions & { turns: Turns },
): Graph {
  const ordered = specs.map((spec) => ({ spec, order: storedOrder(spec, turns) }));
  const inputs = ordered.map(({ spec, order }) => ({ ...spec, ...(order && { order }) }));
  const orders = new Map(ordered.flatMap(({ spec, order }) => (order ? [[nextOf(spec.name), order] as const] : [])));
  return trace(fn, inputs, { ...options, orders });
}

/** The graphs of a step with the turns that suit it: those of a network that is not wide gain nothing. */
export function traceStored<T extends Record<string, Graph>>(
  { state }: TrainStep,
  traceWith: (turns: Turns) => T,
): { graphs: T; turns: Turns } {
  const graphs = traceWith(NONE);
  const turns = isWide(state) ? wantedTurns(Object.values(graphs)) : NONE;
  if (turns.size === 0) return { graphs, turns };
  const turned = traceWith(turns);
  const gains = countMoved(Object.values(turned)) < countMoved(Object.values(graphs));
  return gains ? { graphs: turned, turns } : { graphs, turns: NONE };
}
