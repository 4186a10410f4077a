/** The thread of a part of batches: part-thread.ts hands the parts over. It loads no more than it needs to start fast. */
import { openOnnx } from '../onnx-session.ts';
import { Tensor } from '../onnxruntime.ts';

/** An input or output of the network in shared memory. */
export interface Port {
  name: string;
  type: 'float32' | 'int64';
  /** The tensor's sides after N. */
  sides: readonly number[];
  /** Values of an image. */
  width: number;
  /** For the largest part. */
  values: Float32Array | BigInt64Array;
}

export interface PartWork {
  onnx: string;
  /** Number of threads of its session. */
  threads: number;
  state: Int32Array;
  inputs: readonly Port[];
  output: Port;
}

/** Places in the shared `state`: parts handed over, parts done, images of the part, 1 if its call failed. */
export const BEGUN = 0;
export const DONE = 1;
export const COUNT = 2;
export const FAILED = 3;
export const PLACES = 4;

/** Calls `ready` once, with null or with why it cannot start; after null it loops forever. */
export async function servePart(work: PartWork, ready: (failed: Error | null) => void): Promise<void> {
  const { state, inputs, output } = work;
  const session = await openOnnx(work.onnx, 'cpu', work.threads).catch((error: Error) => ready(error));
  if (!session) return;
  ready(null);
  for (let seen = 0; ; ) {
    Atomics.wait(state, BEGUN, seen);
    seen = Atomics.load(state, BEGUN);
    const n = state[COUNT]!;
    try {
      const tensors = inputs.map((port) => [port.name, tensorOf(port, n)]);
      const results = await session.run(Object.fromEntries(tensors));
      output.values.set(results[output.name]!.data as never);
      state[FAILED] = 0;
    } catch {
      state[FAILED] = 1;
    }
    Atomics.store(state, DONE, seen);
    Atomics.notify(state, DONE);
  }
}

/** onnxruntime cannot read shared memory: a copy. */
function tensorOf({ type, sides, width, values }: Port, n: number): Tensor {
  const dims = [n, ...sides];
  return type === 'int64'
    ? new Tensor(type, (values as BigInt64Array).slice(0, n * width), dims)
    : new Tensor(type, (values as Float32Array).slice(0, n * width), dims);
}
