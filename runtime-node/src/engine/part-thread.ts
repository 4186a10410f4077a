/**
 * A thread that calls the network on parts of batches and sleeps in between. Parts and results travel through shared
 * memory: a message would cost as much as a small network.
 */

import { Worker } from 'node:worker_threads';
import { extraInputs, inputTensors, type NetworkShape } from '@onnoise/scheduler/model';
import { imageSize } from '../pictures/pixels.ts';
import { unreadable } from '../session.ts';
import { BEGUN, COUNT, DONE, FAILED, type PartWork, PLACES, type Port } from './serve-part.ts';

export interface PartOptions {
  onnx: string;
  unet: NetworkShape;
  /** Number of threads of its session. */
  threads: number;
  /** Most images in a part. */
  largest: number;
}

export interface PartThread {
  /** Hands over a part, at most `largest` images; `end` must be called before the next. */
  begin(x: Float32Array, timesteps: Float32Array, rows: readonly Float32Array[]): void;
  /** Waits for the output [n, C, H, W], in memory that the next part reuses. Returns the error if the call failed. */
  end(): Float32Array | Error;
  stop(): void;
}

/** Milliseconds after which a part is abandoned; a network that has parts takes far less. */
const PATIENCE = 120_000;

/** @throws InputError when onnxruntime cannot open the network, whose inputs a session of the engine has checked. */
export async function startPart({ onnx, unet, threads, largest }: PartOptions): Promise<PartThread> {
  const size = imageSize(unet.shape);
  const port = (name: string, type: Port['type'], sides: readonly number[]): Port => {
    const width = sides.reduce((product, side) => product * side, 1);
    const values =
      type === 'int64'
        ? new BigInt64Array(new SharedArrayBuffer(8 * largest * width))
        : new Float32Array(new SharedArrayBuffer(4 * largest * width));
    return { name, type, sides, width, values };
  };
  const extra = extraInputs(unet);
  const inputs = [
    port('sample', 'float32', unet.shape),
    port('timestep', 'float32', []),
    ...extra.map(({ name, type, sides }) => port(name, type, sides)),
  ];
  const output = port('out_sample', 'float32', unet.shape);
  const state = new Int32Array(new SharedArrayBuffer(4 * PLACES));
  const workerData: PartWork = { onnx, threads, state, inputs, output };
  const worker = new Worker(new URL('../../bin/batch-part.mjs', import.meta.url), { workerData, execArgv: [] });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', (failed: Error | null) =>
      failed === null ? resolve() : reject(unreadable(onnx, 'cpu', failed)),
    );
    worker.once('error', reject);
  });
  worker.unref();
  return {
    begin(x, timesteps, rows) {
      const given = [x, timesteps, ...inputTensors(extra, rows).map(({ values }) => values)];
      for (const [i, { values }] of inputs.entries()) values.set(given[i] as never);
      state[COUNT] = rows.length;
      Atomics.add(state, BEGUN, 1);
      Atomics.notify(state, BEGUN);
    },
    end() {
      const begun = Atomics.load(state, BEGUN);
      for (let done = Atomics.load(state, DONE); done !== begun; done = Atomics.load(state, DONE)) {
        if (Atomics.wait(state, DONE, done, PATIENCE) === 'timed-out')
          return new Error('a part of a batch does not end');
      }
      if (state[FAILED] === 1) return new Error('onnxruntime failed at a part of a batch');
      return (output.values as Float32Array).subarray(0, state[COUNT]! * size);
    },
    stop: () => void worker.terminate(),
  };
}
