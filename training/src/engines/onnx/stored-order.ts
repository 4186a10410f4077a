/**
 * Weights in the order in which a step computes with them. A step that reads a filter tap by tap, or with its inputs
 * innermost, would move millions of numbers each time: instead the engine holds that filter, its moments and its average
 * so from the start to the end, while checkpoints and all who ask see PyTorch's order.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import type { Graph, Node } from '@onnoise/tracer';
import type { StepTensor } from '../../step/contracts.ts';
import { GRADIENT } from '../../step/parts.ts';

/**
 * The axes of a parameter in the order in which they are stored, by its name. So a filter [O, C, kH, kW] with [2, 3, 0, 1]
 * is stored as [kH, kW, O, C].
 */
export type Orders = ReadonlyMap<string, readonly number[]>;

export const NONE: Orders = new Map();

const PREFIXES = ['model.', 'adam.m.', 'adam.v.', 'ema.', GRADIENT];

/** The order in which a tensor of the step or of its results is stored; undefined if as it is. */
export function storedOrder(name: string, orders: Orders): readonly number[] | undefined {
  const prefix = PREFIXES.find((each) => name.startsWith(each));
  return prefix === undefined ? undefined : orders.get(name.slice(prefix.length));
}

/** The values of a tensor in its stored order. @param values in the order of its shape; the result may be the same array */
export function toStored({ name, shape }: StepTensor, values: Float32Array, orders: Orders): Float32Array {
  const order = storedOrder(name, orders);
  return order ? transposed(values, shape, order) : values;
}

/** The opposite of `toStored`. */
export function fromStored({ name, shape }: StepTensor, values: Float32Array, orders: Orders): Float32Array {
  const order = storedOrder(name, orders);
  if (!order) return values;
  const back = shape.map((_, axis) => order.indexOf(axis));
  return transposed(
    values,
    order.map((axis) => shape[axis]!),
    back,
  );
}

/** The same numbers with axis order[i] of `dims` as axis i. */
function transposed(values: Float32Array, dims: readonly number[], order: readonly number[]): Float32Array {
  const result = new Float32Array(values.length);
  const last = order.length - 1;
  let to = 0;
  const walk = (i: number, from: number): void => {
    const axis = order[i]!;
    const stride = sizeOf(dims.slice(axis + 1));
    const end = from + dims[axis]! * stride;
    if (i === last) for (let at = from; at < end; at += stride) result[to++] = values[at]!;
    else for (let at = from; at < end; at += stride) walk(i + 1, at);
  };
  walk(0, 0);
  return result;
}

/** The orders that spare the graphs of a step the most work. @param graphs of the step without any */
export function wantedOrders(graphs: readonly Graph[]): Orders {
  const orders = new Map<string, readonly number[]>();
  for (const graph of graphs) {
    for (const { name } of graph.inputs) {
      if (!name.startsWith('model.')) continue;
      const order = wantedOrder(graph, name);
      if (order) orders.set(name.slice('model.'.length), order);
    }
  }
  return orders;
}

const CONVOLUTIONS = ['Conv', 'ConvTranspose'];

/** The order that all readers ask for; undefined if they disagree or none does. */
function wantedOrder(graph: Graph, name: string): readonly number[] | undefined {
  const wanted: (readonly number[])[] = [];
  for (const { op, attributes, outputs } of readersOf(graph, name)) {
    const order = op === 'Reshape' ? orderBehind(graph, name, outputs[0]!) : permOf(attributes);
    if (order) wanted.push(order);
    else if (op === 'Reshape' || CONVOLUTIONS.includes(op)) return undefined;
  }
  const [first] = wanted;
  return first && wanted.every((order) => String(order) === String(first)) ? first : undefined;
}

/** A filter [O, C, kH, kW] that is read as [O, C, taps] and then as [O, taps, C] is better stored as [O, kH, kW, C]. */
function orderBehind(graph: Graph, name: string, reshaped: string): readonly number[] | undefined {
  const [dims, flat] = [name, reshaped].map((value) => graph.types.get(value)!.dims);
  const isFilter = dims!.length === 4 && flat!.length === 3 && dims![0] === flat![0] && dims![1] === flat![1];
  const turns = readersOf(graph, reshaped).map(({ attributes }) => String(permOf(attributes)));
  return isFilter && turns.every((perm) => perm === '0,2,1') ? [0, 2, 3, 1] : undefined;
}

const readersOf = ({ nodes }: Graph, name: string): Node[] => nodes.filter(({ inputs }) => inputs.includes(name));

/** The axes of a Transpose. */
const permOf = (attributes: Node['attributes']): readonly number[] | undefined =>
  (attributes.perm as { ints: readonly number[] } | undefined)?.ints;

/** How many elements the graphs transpose. */
export const countMoved = (graphs: readonly Graph[]): number =>
  graphs
    .flatMap(({ nodes, types }) =>
      nodes.filter(({ op }) => op === 'Transpose').map(({ outputs }) => sizeOf(types.get(outputs[0]!)!.dims)),
    )
    .reduce((sum, size) => sum + size, 0);
