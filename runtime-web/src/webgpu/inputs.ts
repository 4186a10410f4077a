/**
 * The network's small inputs: the timestep of every image, and what it is told of each. They keep their tensors, because
 * captured commands are bound to them.
 */
import { type ConditionRows, conditionRows, type ExtraInput, inputTensors, nullRow } from '@onnoise/scheduler/model';
import type { Tensor } from 'onnxruntime-web';
import type { Ort } from '../session/ort.ts';

export interface SmallInputs {
  tensors: Record<string, Tensor>;
  time(timestep: number): void;
  /** The conditions of `count` images; a call on more images has none for the others. */
  condition(rows: ConditionRows, count: number): void;
}

type Values = Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>;

/**
 * @param images of a call.
 * @param storage makes a buffer of so many bytes, to keep the inputs on the GPU; undefined: on the CPU.
 */
export function createInputs(
  ort: Ort,
  device: GPUDevice,
  images: number,
  extra: readonly ExtraInput[],
  storage: ((bytes: number) => GPUBuffer) | undefined,
): SmallInputs {
  const input = (dataType: 'float32' | 'int64', values: Values, dims: number[]) => {
    if (!storage) {
      return {
        tensor: new ort.Tensor(dataType, values, dims) as Tensor,
        write: (now: Values) => values.set(now as never),
      };
    }
    const buffer = storage(values.byteLength);
    const tensor: Tensor = ort.Tensor.fromGpuBuffer<'float32' | 'int64'>(buffer, { dataType, dims });
    return { tensor, write: (now: Values) => device.queue.writeBuffer(buffer, 0, now) };
  };
  const timesteps = new Float32Array(images);
  const timestep = input('float32', new Float32Array(images), [images]);
  const absent = nullRow(extra);
  const tensorsOf = (rows: readonly Float32Array[]) =>
    inputTensors(extra, [...rows, ...new Array<Float32Array>(images - rows.length).fill(absent)]);
  const others = tensorsOf([]).map(({ name, type, dims, values }) => ({ name, ...input(type, values, dims) }));
  return {
    tensors: { timestep: timestep.tensor, ...Object.fromEntries(others.map(({ name, tensor }) => [name, tensor])) },
    time: (now) => timestep.write(timesteps.fill(now)),
    condition: (given, count) => {
      const tensors = tensorsOf(conditionRows(extra, given, count));
      for (const [i, { write }] of others.entries()) write(tensors[i]!.values);
    },
  };
}
