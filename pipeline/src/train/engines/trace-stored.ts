/** Traces the graphs of a step in a form: with the orders in which its weights are stored, and its convolutions. */
import { type Graph, type TraceOptions, trace } from '@onnoise/tracer';
import type { StepTensor } from '../contracts.ts';
import { countMoved, NONE, storedOrder, type Turns, wantedTurns } from './stored-order.ts';
import { nextOf } from './tensors.ts';

export interface Form {
  turns: Turns;
  /** As in `TraceOptions`. */
  winograd: boolean;
}

/** The form of a step whose weights are stored as they are. */
export const formOf = (wide: boolean): Form => ({ turns: NONE, winograd: wide });

/** Traces with inputs, and the results that follow them, in their stored orders. */
export function traceTurned(
  fn: Parameters<typeof trace>[0],
  specs: readonly StepTensor[],
  { turns, ...options }: TraceOptions & Form,
): Graph {
  const ordered = specs.map((spec) => ({ spec, order: storedOrder(spec, turns) }));
  const inputs = ordered.map(({ spec, order }) => ({ ...spec, ...(order && { order }) }));
  const orders = new Map(ordered.flatMap(({ spec, order }) => (order ? [[nextOf(spec.name), order] as const] : [])));
  return trace(fn, inputs, { ...options, orders, sumsInSteps: true });
}

/** The graphs of a step in the form that suits it: only a wide network gains from stored orders. */
export function traceStored<T extends Record<string, Graph>>(
  wide: boolean,
  traceWith: (form: Form) => T,
): { graphs: T; turns: Turns } {
  const form = formOf(wide);
  const graphs = traceWith(form);
  const turns = wide ? wantedTurns(Object.values(graphs)) : NONE;
  if (turns.size === 0) return { graphs, turns };
  const turned = traceWith({ ...form, turns });
  const gains = countMoved(Object.values(turned)) < countMoved(Object.values(graphs));
  return gains ? { graphs: turned, turns } : { graphs, turns: NONE };
}
