/**
 * Weights in the order in which a step computes with them. A step that reads a filter tap by tap would move millions of
 * numbers each time: instead the engine holds that filter, its moments and its average tap by tap from the start to the
 * end, while checkpoints and all who ask see PyTorch's order.
 */
import type { Graph, Node } from '@onnoise/tracer';
import { sizeOf } from '../../shape.ts';
import type { StepTensor } from '../contracts.ts';

/**
 * How many of a tensor's leading axes are stored after the others, by the name of a parameter. So a filter [O, C, kH, kW]
 * with 2 is stored as [kH, kW, O, C].
 */
export type Turns = ReadonlyMap<string, number>;

export const NONE: Turns = new Map();

const PREFIXES = ['model.', 'adam.m.', 'adam.v.', 'ema.', 'total.gradient.'];

/** The axes of a tensor of the step or of its results, in the order in which they are stored; undefined if as they are. */
export function storedOrder({ name, shape }: Pick<StepTensor, 'name' | 'shape'>, turns: Turns): number[] | undefined {
  const prefix = PREFIXES.find((each) => name.startsWith(each));
  const turn = prefix === undefined ? undefined : turns.get(name.slice(prefix.length));
  if (turn === undefined) return undefined;
  return shape.map((_, axis) => (axis + turn) % shape.length);
}

/** The values of a tensor in its stored order. @param values in the order of its shape; the result may be the same array */
export function toStored(spec: StepTensor, values: Float32Array, turns: Turns): Float32Array {
  const [rows, columns] = sides(spec, turns);
  return turned(values, rows, columns);
}

/** The opposite of `toStored`. */
export function fromStored(spec: StepTensor, values: Float32Array, turns: Turns): Float32Array {
  const [rows, columns] = sides(spec, turns);
  return turned(values, columns, rows);
}

function sides(spec: StepTensor, turns: Turns): [number, number] {
  const turn = storedOrder(spec, turns)?.[0] ?? 0;
  return [sizeOf(spec.shape.slice(0, turn)), sizeOf(spec.shape.slice(turn))];
}

/** The transpose of a matrix of so many rows. */
function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  if (rows === 1 || columns === 1) return values;
  const result = new Float32Array(values.length);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) result[column * rows + row] = values[row * columns + column]!;
  }
  return result;
}

/** The turns that spare the graphs of a step the most work. @param graphs of the step without any */
export function wantedTurns(graphs: readonly Graph[]): Turns {
  const turns = new Map<string, number>();
  for (const { inputs, nodes } of graphs) {
    for (const { name } of inputs) {
      if (!name.startsWith('model.')) continue;
      const turn = wantedTurn(nodes.filter((node) => node.inputs.includes(name)));
      if (turn !== undefined) turns.set(name.slice('model.'.length), turn);
    }
  }
  return turns;
}

const CONVOLUTIONS = ['Conv', 'ConvTranspose'];

/** The turn that all readers ask for; undefined if they disagree or none does. */
function wantedTurn(readers: readonly Node[]): number | undefined {
  if (readers.some(({ op }) => CONVOLUTIONS.includes(op) || op === 'Reshape')) return undefined;
  const perms = readers.flatMap(({ op, attributes }) =>
    op === 'Transpose' ? [(attributes.perm as { ints: readonly number[] }).ints] : [],
  );
  const [first] = perms;
  if (!first || perms.some((perm) => String(perm) !== String(first))) return undefined;
  const turn = first[0]!;
  return first.every((axis, i) => axis === (i + turn) % first.length) ? turn : undefined;
}

/** How many elements the graphs transpose. */
export const countMoved = (graphs: readonly Graph[]): number =>
  graphs
    .flatMap(({ nodes, types }) =>
      nodes.filter(({ op }) => op === 'Transpose').map(({ outputs }) => sizeOf(types.get(outputs[0]!)!.dims)),
    )
    .reduce((sum, size) => sum + size, 0);
