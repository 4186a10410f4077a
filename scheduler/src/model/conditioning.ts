/**
 * What a network is told of an image besides picture and timestep, as data: runtimes loop over a network's extra inputs
 * and know none of them. An image's values of all of them, side by side, are its row.
 */
import type { ConditionSpec } from './conditions.ts';
import type { ClassFacts } from './label-number.ts';

export interface ConditioningFacts extends ClassFacts {
  /** Whether the network was also trained on pictures without a condition. Default: false. */
  nullCondition?: boolean | undefined;
  /** The numbers that the network is conditional on, in its order. Default: none. */
  conditions?: readonly ConditionSpec[] | undefined;
}

export interface ExtraInput {
  name: 'class_labels' | 'conditions';
  type: 'int64' | 'float32';
  /** The tensor's sides after N: [] or [2K]. */
  sides: readonly number[];
  /** The values of an image without a condition. */
  absent: readonly number[];
}

/** Per image: a class's number, and the encoded values of conditions, [2K]. */
export interface ConditionRows {
  labels?: readonly number[] | undefined;
  conditions?: readonly Float32Array[] | undefined;
}

export interface InputTensor {
  name: ExtraInput['name'];
  type: ExtraInput['type'];
  dims: number[];
  values: BigInt64Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
}

/** The network's inputs after `sample` and `timestep`, in the order of a row. */
export function extraInputs({ classes, nullCondition, conditions = [] }: ConditioningFacts): ExtraInput[] {
  const inputs: ExtraInput[] = [];
  // The null class is the one after those that can be asked for; class 0 stands in where a network has none.
  if (classes > 0)
    inputs.push({ name: 'class_labels', type: 'int64', sides: [], absent: [nullCondition ? classes : 0] });
  const width = 2 * conditions.length;
  if (width > 0) {
    inputs.push({ name: 'conditions', type: 'float32', sides: [width], absent: new Array<number>(width).fill(0) });
  }
  return inputs;
}

/** A row for each of `count` images; what is not given of an image is absent. */
export function conditionRows(
  inputs: readonly ExtraInput[],
  { labels, conditions }: ConditionRows,
  count: number,
): Float32Array[] {
  const given = (input: ExtraInput, image: number): ArrayLike<number> | undefined => {
    if (input.name === 'conditions') return conditions?.[image];
    const label = labels?.[image];
    return label === undefined ? undefined : [label];
  };
  return Array.from({ length: count }, (_, image) =>
    Float32Array.from(inputs.flatMap((input) => Array.from(given(input, image) ?? input.absent))),
  );
}

/** The row of an image without a condition. */
export const nullRow = (inputs: readonly ExtraInput[]): Float32Array =>
  Float32Array.from(inputs.flatMap(({ absent }) => absent));

/** The extra inputs of images with these rows, for the tensors of a runtime. */
export function inputTensors(inputs: readonly ExtraInput[], rows: readonly Float32Array[]): InputTensor[] {
  let first = 0;
  return inputs.map(({ name, type, sides, absent: { length } }) => {
    const at = first;
    first += length;
    const values = Float32Array.from(
      { length: rows.length * length },
      (_, i) => rows[Math.floor(i / length)]![at + (i % length)]!,
    );
    const dims = [rows.length, ...sides];
    return { name, type, dims, values: type === 'int64' ? BigInt64Array.from(values, BigInt) : values };
  });
}
