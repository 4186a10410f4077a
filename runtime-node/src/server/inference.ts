/** Tensors of the Open Inference Protocol as a call of the network, and back. */
import type { CallTask, EngineModel } from '../engine/protocol.ts';
import { Refusal } from './errors.ts';
import type { CompleteOptions } from './options.ts';

interface InputTensor {
  name: string;
  shape: number[];
  datatype: string;
  data: unknown;
}

export interface InferenceBody {
  id?: string;
  inputs: InputTensor[];
  outputs?: { name: string }[];
}

/** What the network takes and gives, as the protocol names types; -1: any number of images. */
export function tensorsOf({ shape, classes }: EngineModel) {
  const label = { name: 'class_labels', datatype: 'INT64', shape: [-1] };
  return {
    inputs: [
      { name: 'sample', datatype: 'FP32', shape: [-1, ...shape] },
      { name: 'timestep', datatype: 'FP32', shape: [-1] },
      ...(classes > 0 ? [label] : []),
    ],
    outputs: [{ name: 'out_sample', datatype: 'FP32', shape: [-1, ...shape] }],
  };
}

/** @throws Refusal (400) for inputs that are not those of the model, of any type or shape but theirs, and too many images. */
export function toCall(
  model: EngineModel,
  { inputs, outputs }: InferenceBody,
  client: string,
  { maxImages }: CompleteOptions,
): { task: CallTask; outputs: string[] } {
  const wanted = tensorsOf(model).inputs;
  const names = wanted.map(({ name }) => name);
  const given = inputs.map(({ name }) => name);
  if (given.length !== names.length || names.some((name) => !given.includes(name))) {
    refuse('inputs', `be ${names.join(', ')}`, given.join(', '));
  }
  const count = inputs.find(({ name }) => name === 'sample')!.shape[0] ?? 0;
  if (count < 1 || count > maxImages) refuse('sample', `have 1 to ${maxImages} images`, count);
  const values = Object.fromEntries(
    wanted.map(({ name, datatype, shape }) => {
      const input = inputs.find((one) => one.name === name)!;
      const dims = [count, ...shape.slice(1)];
      if (input.datatype !== datatype) refuse(name, `have the datatype ${datatype}`, input.datatype);
      if (input.shape.length !== dims.length || input.shape.some((side, i) => side !== dims[i])) {
        refuse(name, `have the shape [${dims.join(', ')}]`, `[${input.shape.join(', ')}]`);
      }
      return [name, flatten(name, input.data, dims)];
    }),
  ) as { sample: Float64Array; timestep: Float64Array; class_labels?: Float64Array };
  const labels = Array.from(values.class_labels ?? new Float64Array(count));
  for (const label of labels) {
    if (!Number.isInteger(label) || label < 0 || (model.classes > 0 && label >= model.classes)) {
      refuse('class_labels', `be whole numbers from 0 to ${model.classes - 1}`, label);
    }
  }
  return {
    task: {
      ...{ model: model.name, client, labels },
      ...{ x: Float32Array.from(values.sample), timesteps: Float32Array.from(values.timestep) },
    },
    outputs: outputs?.map(({ name }) => name) ?? ['out_sample'],
  };
}

/** Rows [C, H, W] as one tensor [N, C, H, W]. */
export function toOutput({ shape }: EngineModel, rows: readonly Float32Array[]) {
  const data: number[] = [];
  for (const row of rows) for (const value of row) data.push(value);
  return { name: 'out_sample', datatype: 'FP32', shape: [rows.length, ...shape], data };
}

/** Values of a tensor that is written flat, or in arrays of arrays. */
function flatten(name: string, data: unknown, dims: readonly number[]): Float64Array {
  const total = dims.reduce((product, side) => product * side, 1);
  const values = new Float64Array(total);
  let filled = 0;
  const take = (value: unknown, depth: number): void => {
    if (Array.isArray(value)) {
      if (depth > dims.length) refuse(name, `be arrays of depth ${dims.length} or 1`, 'deeper ones');
      for (const one of value) take(one, depth + 1);
    } else if (typeof value !== 'number' || !Number.isFinite(value)) {
      refuse(name, 'hold numbers', value === null ? 'null' : typeof value);
    } else if (filled === total) refuse(name, `hold ${total} values`, 'more');
    else values[filled++] = value;
  };
  if (!Array.isArray(data)) refuse(name, 'hold its data in an array', typeof data);
  take(data, 1);
  if (filled < total) refuse(name, `hold ${total} values`, filled);
  return values;
}

function refuse(name: string, rule: string, received: unknown): never {
  const message = `Cannot call the network: ${name} must ${rule}, received ${String(received).slice(0, 80)}.`;
  throw new Refusal(400, 'invalid_value', message, { param: name });
}
