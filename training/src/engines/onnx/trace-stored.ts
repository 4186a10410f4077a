/** Traces the graphs of a step in a form: with the orders in which its weights are stored, and its convolutions. */
import { sizeOf } from '@onnoise/scheduler/model';
import { blockConvolutions, type Graph, type Joined, type TraceOptions, trace } from '@onnoise/tracer';
import type { StepInputs, StepTensor } from '../../step/contracts.ts';
import { countMoved, NONE, type Orders, storedOrder, wantedOrders } from './stored-order.ts';
import { nextOf, type Tensors } from './tensors.ts';

/** A step on onnxruntime: reads the state and the inputs, and writes loss, norm and next state into the given tensors. */
export interface Program {
  /** How the state is stored. */
  orders: Orders;
  /** Tensors of the state that it reads and writes as one vector. */
  joined: readonly Joined[];
  run(state: Tensors, inputs: StepInputs, outputs: Tensors): Promise<void>;
  release(): Promise<void>;
}

export interface Form {
  orders: Orders;
  /** As in `TraceOptions`, both. */
  winograd: boolean;
  block?: number | undefined;
}

const MOST_WEIGHTS = 1 << 22;

/** Whether a network's weights, not its images, are most of what a step computes with and moves. */
export function isWide(state: readonly StepTensor[]): boolean {
  const weights = state.filter(({ name }) => name.startsWith('model.'));
  return weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0) > MOST_WEIGHTS;
}

/** The form of a step whose weights are stored as they are. */
export const formOf = (wide: boolean, block?: number): Form => ({ orders: NONE, winograd: wide, block });

/** Traces with inputs, and the results that follow them, in their stored orders, and with blocked convolutions. */
export function traceTurned(
  fn: Parameters<typeof trace>[0],
  specs: readonly StepTensor[],
  { orders: stored, ...options }: Omit<TraceOptions, 'orders'> & Form,
): Graph {
  const ordered = specs.map((spec) => ({ spec, order: storedOrder(spec.name, stored) }));
  const inputs = ordered.map(({ spec, order }) => ({ ...spec, ...(order && { order }) }));
  const orders = new Map(ordered.flatMap(({ spec, order }) => (order ? [[nextOf(spec.name), order] as const] : [])));
  const graph = trace(fn, inputs, { ...options, orders, sumsInSteps: true });
  if (options.block !== undefined) blockConvolutions(graph, options.block);
  return graph;
}

/** The graphs of a step in the form that suits it. */
export function traceStored<T extends Record<string, Graph>>(
  form: Form,
  traceWith: (form: Form) => T,
): { graphs: T; orders: Orders } {
  const graphs = traceWith(form);
  const orders = wantedOrders(Object.values(graphs));
  if (orders.size === 0) return { graphs, orders };
  const ordered = traceWith({ ...form, orders });
  const gains = countMoved(Object.values(ordered)) < countMoved(Object.values(graphs));
  return gains ? { graphs: ordered, orders } : { graphs, orders: NONE };
}
