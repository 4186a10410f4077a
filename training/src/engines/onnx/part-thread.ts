/**
 * A thread that computes the gradients of a part of each batch, and sleeps in between. Weights, images and gradients
 * travel through shared memory, from which each side copies: onnxruntime does not read shared memory.
 */

import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { sizeOf } from '@onnoise/scheduler/model';
import type { StepInputs, StepTensor } from '../../step/contracts.ts';
import { runInto } from './run-into.ts';
import { openSession } from './session.ts';
import { feeds } from './tensors.ts';

/** All that is sent to the thread at its start. */
export interface PartOptions {
  /** The gradients as bytes of a graph: weights and inputs in, what a part gives out. */
  program: Uint8Array;
  /** Number of threads of its session. */
  threads: number;
  weights: readonly StepTensor[];
  inputs: readonly StepTensor[];
  gives: readonly StepTensor[];
}

export interface PartThread {
  /** Hands over a part; `end` must be called before the next. The weights are those that are in shared memory. */
  begin(inputs: StepInputs): void;
  /** Waits for what the part gives, in arrays that the next one reuses. The error if it failed, or if the thread has died. */
  end(): Promise<StepInputs | Error>;
  stop(): Promise<void>;
}

interface Shared {
  /** Parts handed over, parts done, length of the message of a failure or 0. */
  state: Int32Array;
  weights: SharedArrayBuffer;
  inputs: SharedArrayBuffer;
  gives: SharedArrayBuffer;
  message: Uint8Array;
}

const BEGUN = 0;
const DONE = 1;
const FAILED = 2;
const LONGEST_MESSAGE = 1000;
/** Milliseconds of waiting without a look at whether the thread is still there. */
const LOOK = 500;

/** Bytes of tensors that lie end to end: all have elements of four bytes. */
export const bytesOf = (specs: readonly StepTensor[]): number =>
  specs.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);

/** The tensors that lie end to end in a buffer. */
export function viewsOf(buffer: ArrayBuffer | SharedArrayBuffer, specs: readonly StepTensor[]): StepInputs {
  let end = 0;
  return Object.fromEntries(
    specs.map(({ name, shape, dtype }) => {
      const from = end;
      end += 4 * sizeOf(shape);
      const Type = dtype === 'int32' ? Int32Array : Float32Array;
      return [name, new Type(buffer as ArrayBuffer, from, sizeOf(shape))];
    }),
  );
}

const copy = (from: ArrayBufferLike, to: ArrayBufferLike) => new Uint8Array(to).set(new Uint8Array(from));

/** @param weights shared memory of the weights, which all threads read */
export async function startPart(options: PartOptions, weights: SharedArrayBuffer): Promise<PartThread> {
  const shared: Shared = {
    state: new Int32Array(new SharedArrayBuffer(3 * 4)),
    weights,
    inputs: new SharedArrayBuffer(bytesOf(options.inputs)),
    gives: new SharedArrayBuffer(bytesOf(options.gives)),
    message: new Uint8Array(new SharedArrayBuffer(LONGEST_MESSAGE)),
  };
  const worker = new Worker(new URL('../../../bin/step-part.mjs', import.meta.url), {
    workerData: { options, shared },
    execArgv: [],
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', (failed: string | null) => (failed === null ? resolve() : reject(new Error(failed))));
    worker.once('error', reject);
  });
  let died = false;
  worker.once('exit', () => {
    died = true;
  });
  worker.on('error', () => {}); // `exit` follows
  worker.unref();
  const { state, message } = shared;
  const inputs = viewsOf(shared.inputs, options.inputs);
  const own = new ArrayBuffer(shared.gives.byteLength);
  const given = viewsOf(own, options.gives);
  return {
    begin(part) {
      for (const [name, values] of Object.entries(part)) inputs[name]!.set(values);
      Atomics.add(state, BEGUN, 1);
      Atomics.notify(state, BEGUN);
    },
    async end() {
      const begun = Atomics.load(state, BEGUN);
      for (let done = Atomics.load(state, DONE); done !== begun; done = Atomics.load(state, DONE)) {
        if (Atomics.wait(state, DONE, done, LOOK) !== 'timed-out') continue;
        // A thread that ends is told of by an event.
        await setImmediate();
        if (died) return new Error('the thread of a part has ended before its work was done');
      }
      if (state[FAILED]) return new Error(new TextDecoder().decode(message.slice(0, state[FAILED])));
      copy(shared.gives, own);
      return given;
    },
    stop: async () => void (await worker.terminate()),
  };
}

/** The thread's side. It calls `ready` once, with null or with why it cannot start; after null it loops forever. */
export async function servePart(
  { options, shared }: { options: PartOptions; shared: Shared },
  ready: (failed: string | null) => void,
): Promise<void> {
  const session = await openSession(options.program, options.threads).catch((error: Error) => ready(error.message));
  if (!session) return;
  const { state } = shared;
  const [weights, inputs, gives] = [shared.weights, shared.inputs, shared.gives].map(
    ({ byteLength }) => new ArrayBuffer(byteLength),
  ) as [ArrayBuffer, ArrayBuffer, ArrayBuffer];
  const read = {
    ...feeds(options.weights, viewsOf(weights, options.weights)),
    ...feeds(options.inputs, viewsOf(inputs, options.inputs)),
  };
  const written = feeds(options.gives, viewsOf(gives, options.gives));
  ready(null);
  for (let seen = 0; ; ) {
    Atomics.wait(state, BEGUN, seen);
    seen = Atomics.load(state, BEGUN);
    try {
      state[FAILED] = 0;
      copy(shared.weights, weights);
      copy(shared.inputs, inputs);
      await runInto(session, read, written);
      copy(gives, shared.gives);
    } catch (error) {
      const words = new TextEncoder().encode((error as Error).message).subarray(0, LONGEST_MESSAGE);
      shared.message.set(words);
      state[FAILED] = Math.max(1, words.length);
    }
    Atomics.store(state, DONE, seen);
    Atomics.notify(state, DONE);
  }
}
