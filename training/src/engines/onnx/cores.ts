/** Gradients of several parts of a batch at once, one on each core: this thread's, and others. */
import type { Graph } from '@onnoise/tracer';
import type { StepInputs, StepParts } from '../../step/contracts.ts';
import { bytesOf, startPart, viewsOf } from './part-thread.ts';
import { runInto } from './run-into.ts';
import { encodeProgram, openSession } from './session.ts';
import { feeds, once, only, type Tensors } from './tensors.ts';

export interface Cores {
  /**
   * What each part gives, in arrays that the next call reuses. The weights are those of the state.
   * @param parts inputs, as many as there are cores or fewer
   * @throws the error of the first that fails, once all are over
   */
  run(state: Tensors, parts: readonly StepInputs[]): Promise<StepInputs[]>;
  release(): Promise<void>;
}

/**
 * @param gradients weights and inputs of a part in, what it gives out
 * @param count of cores, which have a set of weights and gradients each
 */
export async function startCores(
  gradients: Graph,
  { weights, inputs, gives }: Pick<StepParts, 'weights' | 'inputs' | 'gives'>,
  { count, threads }: { count: number; threads: number },
): Promise<Cores> {
  const program = encodeProgram(gradients);
  const memory = new SharedArrayBuffer(bytesOf(weights));
  const shared = viewsOf(memory, weights);
  const options = { program, threads, weights, inputs, gives };
  const others = await Promise.all(Array.from({ length: count - 1 }, () => startPart(options, memory)));
  const own = await openSession(program, threads);
  const given = viewsOf(new ArrayBuffer(bytesOf(gives)), gives);
  const written = feeds(gives, given);
  const weightsOf = once((state: Tensors) => weights.map(({ name }) => [shared[name]!, state[name]!] as const));
  const read = once((state: Tensors) => only(state, own.inputNames));
  return {
    async run(state, [mine, ...theirs]) {
      for (const [values, { data }] of weightsOf(state)) values.set(data as Float32Array);
      const busy = others.slice(0, theirs.length);
      for (const [i, other] of busy.entries()) other.begin(theirs[i]!);
      // A part that fails here must not leave the others at work.
      const error = await runInto(own, { ...read(state), ...feeds(inputs, mine!) }, written).then(
        () => undefined,
        (error: Error) => error,
      );
      const parts = await Promise.all(busy.map((other) => other.end()));
      const failed = [error, ...parts].find((part) => part instanceof Error);
      if (failed) throw failed;
      return [given, ...(parts as StepInputs[])];
    },
    async release() {
      await Promise.all(others.map((other) => other.stop()));
      await own.release();
    },
  };
}
