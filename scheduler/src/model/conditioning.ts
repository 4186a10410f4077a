/**
 * What a network is told of an image besides picture and timestep, as data: runtimes loop over a network's extra inputs
 * and know none of them. An image's values of all of them, side by side, are its row.
 */
import type { DecodedFacts } from './autoencoder.ts';
import type { ConditionImage } from './condition-image.ts';
import type { ConditionSpec } from './conditions.ts';
import type { ClassFacts } from './label-number.ts';
import { sizeOf } from './size.ts';

export interface ConditioningFacts extends ClassFacts {
  /** Whether the network was also trained on pictures without a condition. Default: false. */
  nullCondition?: boolean | undefined;
  /** The numbers that the network is conditional on, in its order. Default: none. */
  conditions?: readonly ConditionSpec[] | undefined;
  /** The mask or picture that the network is told of each image. Default: none. */
  conditionImage?: ConditionImage | undefined;
  /** What makes pictures of what it draws. Default: nothing, these are pictures. */
  autoencoder?: DecodedFacts | undefined;
}

export interface ExtraInput {
  name: 'class_labels' | 'conditions' | 'condition_image';
  type: 'int64' | 'float32';
  /** The tensor's sides after N: [], [2K] or [K, H, W]. */
  sides: readonly number[];
  /** The values of an image without a condition. */
  absent: ArrayLike<number>;
}

/** Per image: a class's number, the encoded values of conditions, [2K], and the planes of a condition image, [K, H, W]. */
export interface ConditionRows {
  labels?: readonly number[] | undefined;
  conditions?: readonly Float32Array[] | undefined;
  conditionImages?: readonly Float32Array[] | undefined;
}

export interface InputTensor {
  name: ExtraInput['name'];
  type: ExtraInput['type'];
  dims: number[];
  values: BigInt64Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
}

/** The network's inputs after `sample` and `timestep`, in the order of a row. */
export function extraInputs({
  classes,
  nullCondition,
  conditions = [],
  conditionImage,
}: ConditioningFacts): ExtraInput[] {
  const inputs: ExtraInput[] = [];
  // The null class is the one after those that can be asked for; class 0 stands in where a network has none.
  if (classes > 0)
    inputs.push({ name: 'class_labels', type: 'int64', sides: [], absent: [nullCondition ? classes : 0] });
  const width = 2 * conditions.length;
  if (width > 0) inputs.push({ name: 'conditions', type: 'float32', sides: [width], absent: new Float32Array(width) });
  if (conditionImage) {
    const { shape } = conditionImage;
    inputs.push({ name: 'condition_image', type: 'float32', sides: shape, absent: new Float32Array(sizeOf(shape)) });
  }
  return inputs;
}

/** A row for each of `count` images; what is not given of an image is absent. */
export function conditionRows(
  inputs: readonly ExtraInput[],
  { labels, conditions, conditionImages }: ConditionRows,
  count: number,
): Float32Array[] {
  const given = ({ name, absent }: ExtraInput, image: number): ArrayLike<number> => {
    if (name === 'conditions') return conditions?.[image] ?? absent;
    if (name === 'condition_image') return conditionImages?.[image] ?? absent;
    const label = labels?.[image];
    return label === undefined ? absent : [label];
  };
  return Array.from({ length: count }, (_, image) => rowOf(inputs, (input) => given(input, image)));
}

/** The row of an image without a condition. */
export const nullRow = (inputs: readonly ExtraInput[]): Float32Array => rowOf(inputs, ({ absent }) => absent);

function rowOf(inputs: readonly ExtraInput[], valuesOf: (input: ExtraInput) => ArrayLike<number>): Float32Array {
  const row = new Float32Array(inputs.reduce((sum, { absent }) => sum + absent.length, 0));
  let at = 0;
  for (const input of inputs) {
    row.set(valuesOf(input), at);
    at += input.absent.length;
  }
  return row;
}

/** The extra inputs of images with these rows, for the tensors of a runtime. */
export function inputTensors(inputs: readonly ExtraInput[], rows: readonly Float32Array[]): InputTensor[] {
  let first = 0;
  return inputs.map(({ name, type, sides, absent: { length } }) => {
    const at = first;
    first += length;
    const values = new Float32Array(rows.length * length);
    for (const [i, row] of rows.entries()) values.set(row.subarray(at, at + length), i * length);
    const dims = [rows.length, ...sides];
    return { name, type, dims, values: type === 'int64' ? BigInt64Array.from(values, BigInt) : values };
  });
}
