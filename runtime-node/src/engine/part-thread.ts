/**
 * A thread that calls the network on parts of batches and sleeps in between. Parts and results travel through shared
 * memory: a message would cost as much as a small network.
 */

import { Worker } from 'node:worker_threads';
import { extraInputs, type NetworkShape, nullRow } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { imageSize } from '../pictures/pixels.ts';
import { createDenoiser, openSession } from '../session.ts';

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

/** Places in the shared `state`: parts handed over, parts done, images of the part, 1 if its call failed. */
const BEGUN = 0;
const DONE = 1;
const COUNT = 2;
const FAILED = 3;

/** Milliseconds after which a part is abandoned; a network that has parts takes far less. */
const PATIENCE = 120_000;

interface Shared {
  state: Int32Array;
  x: Float32Array;
  timesteps: Float32Array;
  /** [largest, width of a row] */
  rows: Float32Array;
  output: Float32Array;
}

/** @throws InputError when the network cannot be opened. */
export async function startPart(options: PartOptions): Promise<PartThread> {
  const { largest, unet } = options;
  const size = imageSize(unet.shape);
  const width = widthOf(unet);
  const bytes = (values: number) => new SharedArrayBuffer(4 * values);
  const shared: Shared = {
    state: new Int32Array(bytes(4)),
    x: new Float32Array(bytes(largest * size)),
    timesteps: new Float32Array(bytes(largest)),
    rows: new Float32Array(bytes(largest * width)),
    output: new Float32Array(bytes(largest * size)),
  };
  const worker = new Worker(new URL('../../bin/batch-part.mjs', import.meta.url), {
    workerData: { options, shared },
    execArgv: [],
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', (failed: string | null) => (failed === null ? resolve() : reject(new InputError(failed))));
    worker.once('error', reject);
  });
  worker.unref();
  const { state, x, timesteps, rows, output } = shared;
  return {
    begin(partX, partTimesteps, partRows) {
      x.set(partX);
      timesteps.set(partTimesteps);
      for (const [i, row] of partRows.entries()) rows.set(row, i * width);
      state[COUNT] = partRows.length;
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
      return output.subarray(0, state[COUNT]! * size);
    },
    stop: () => void worker.terminate(),
  };
}

/** The thread's side. It calls `ready` once, with null or with why it cannot start; after null it loops forever. */
export async function servePart(
  { options, shared }: { options: PartOptions; shared: Shared },
  ready: (failed: string | null) => void,
): Promise<void> {
  const { onnx, unet, threads } = options;
  const size = shared.x.length / options.largest;
  const session = await openSession(onnx, 'cpu', unet, threads).catch((error: Error) => ready(error.message));
  if (!session) return;
  ready(null);
  const { state, x, timesteps, rows, output } = shared;
  const width = widthOf(unet);
  for (let seen = 0; ; ) {
    Atomics.wait(state, BEGUN, seen);
    seen = Atomics.load(state, BEGUN);
    const n = state[COUNT]!;
    try {
      const own = Array.from({ length: n }, (_, i) => rows.slice(i * width, (i + 1) * width));
      // onnxruntime cannot read shared memory: copy.
      const result = await createDenoiser(session, unet, own)(x.slice(0, n * size), timesteps.slice(0, n), 0);
      output.set(result);
      state[FAILED] = 0;
    } catch {
      state[FAILED] = 1;
    }
    Atomics.store(state, DONE, seen);
    Atomics.notify(state, DONE);
  }
}

/** Values of a row. */
const widthOf = (unet: NetworkShape) => nullRow(extraInputs(unet)).length;
