/**
 * What each model has done since the start, by Triton's statistics extension.
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md
 */
import type { StepReport } from '@onnoise/runtime-node/engine';

interface Duration {
  count: number;
  /** Nanoseconds. */
  ns: number;
}

interface OfModel {
  /** Images, and calls of the network. */
  inferences: number;
  executions: number;
  /** Unix milliseconds. */
  last: number;
  success: Duration;
  fail: Duration;
  queue: Duration;
  compute: Duration;
  /** By the size of the batch. */
  batches: Map<number, Duration>;
}

export interface Statistics {
  /** A request for a model has ended, in milliseconds. */
  ended(model: string, done: boolean, milliseconds: number): void;
  /** An image is done: milliseconds that it waited, and that it took. */
  image(model: string, waited: number, took: number): void;
  steps(report: StepReport): void;
  /** In the words of the extension. */
  of(model: string): object;
}

const duration = (): Duration => ({ count: 0, ns: 0 });

/** Its input and output take no time of their own. Clients such as perf_analyzer expect the same count of each. */
const whole = (compute: Duration) => {
  const none = { count: compute.count, ns: 0 };
  return { compute_input: none, compute_infer: compute, compute_output: none };
};

export function createStatistics(): Statistics {
  const all = new Map<string, OfModel>();
  function find(model: string): OfModel {
    const known = all.get(model);
    if (known) return known;
    const parts = { success: duration(), fail: duration(), queue: duration(), compute: duration() };
    const fresh: OfModel = { inferences: 0, executions: 0, last: 0, ...parts, batches: new Map() };
    all.set(model, fresh);
    return fresh;
  }
  const add = (to: Duration, milliseconds: number) => {
    to.count++;
    to.ns += Math.round(milliseconds * 1e6);
  };
  return {
    ended(model, done, milliseconds) {
      const one = find(model);
      add(done ? one.success : one.fail, milliseconds);
    },
    image(model, waited, took) {
      const one = find(model);
      one.inferences++;
      one.last = Date.now();
      add(one.queue, waited);
      add(one.compute, took);
    },
    steps({ models, batches, networks }) {
      for (const [i, model] of models.entries()) {
        const one = find(model);
        one.executions++;
        const batch = one.batches.get(batches[i]!) ?? duration();
        one.batches.set(batches[i]!, batch);
        add(batch, networks[i]!);
      }
    },
    of(model) {
      const { inferences, executions, last, success, fail, queue, compute, batches } = find(model);
      return {
        name: model,
        version: '1',
        last_inference: last,
        inference_count: inferences,
        execution_count: executions,
        inference_stats: { success, fail, queue, ...whole(compute) },
        batch_stats: [...batches].map(([batch_size, computed]) => ({ batch_size, ...whole(computed) })),
      };
    },
  };
}
