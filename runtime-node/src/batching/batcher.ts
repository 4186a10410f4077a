/**
 * Continuous batching of one network. Every step has `maxBatch` places for images from any requests, each at its own
 * timestep: new images join at the next step, and finished ones leave. A guided image takes two places, with and without
 * its conditions; where one place is left, it takes the other at the next step. An image depends only on its own seed,
 * conditions, guidance and table, up to the network's rounding.
 */
import type { Owner } from './fair-queue.ts';
import type { Trajectory } from './trajectory.ts';
import { createTwoQueues } from './two-queues.ts';

/** The network on a batch of `n` images; the output is read before the next call. */
export type RunBatch = (
  x: Float32Array, // [n, C, H, W]
  timesteps: Float32Array, // [n]
  rows: readonly Float32Array[], // [n], see `conditionRows`
) => Promise<Float32Array>; // [n, C, H, W]

/** Who sent the request, since clients share the places, and the request's images. */
interface BatcherJob extends Owner {
  id: number;
  trajectories: readonly Trajectory[];
  /**
   * Called for each trajectory as it ends; the job is over with its last one.
   * @param waited milliseconds until its first step. @param took milliseconds from then on.
   */
  onDone: (index: number, trajectory: Trajectory, time: { waited: number; took: number }) => void;
  /** Called once, if the network fails at one of its images or its output is not finite; no call follows. */
  onFailed: (error: unknown) => void;
}

interface BatchReport {
  /** Places of the step that were taken: images, those that are guided twice. */
  batch: number;
  /** Milliseconds of the network's call, and of the whole step around it. */
  network: number;
  step: number;
}

export interface Batcher {
  /** Images in progress or waiting. */
  readonly size: number;
  /** Whether any of them is not in the background. */
  readonly urgent: boolean;
  add(job: BatcherJob): void;
  /** Drops a job; its callbacks are not called again. */
  cancel(id: number): void;
  /** One call of the network; undefined if there is nothing to do. */
  step(): Promise<BatchReport | undefined>;
}

export interface BatcherOptions {
  run: RunBatch;
  /** Values of an image, C * H * W. */
  size: number;
  /** Places per step, 1 or more: the network is never called on more. */
  maxBatch: number;
  /** See `createFairQueue`. */
  quantum?: number;
}

interface Place {
  job: BatcherJob;
  index: number;
  trajectory: Trajectory;
  added: number;
  /** When its first step began. */
  begun?: number;
}

export function createBatcher({ run, size, maxBatch, quantum }: BatcherOptions): Batcher {
  const queue = createTwoQueues<Place>(quantum, ({ trajectory }) => trajectory.rows.length);
  const x = new Float32Array(maxBatch * size);
  const timesteps = new Float32Array(maxBatch);

  async function step(): Promise<BatchReport | undefined> {
    const begin = performance.now();
    const places = queue.pick(maxBatch);
    if (places.length === 0) return undefined;
    const n = places.length;
    const rows: Float32Array[] = [];
    let turn = 0; // of the places of one image
    for (const [i, place] of places.entries()) {
      turn = place === places[i - 1] ? turn + 1 : 0;
      const { trajectory } = place;
      place.begun ??= begin;
      x.set(trajectory.x, i * size);
      timesteps[i] = trajectory.timestep;
      rows.push(trajectory.rows[turn]!);
    }
    const called = performance.now();
    let output: Float32Array;
    try {
      output = await run(x.subarray(0, n * size), timesteps.subarray(0, n), rows);
    } catch (error) {
      fail(new Map(places.map(({ job }) => [job, error])));
      return { batch: n, network: performance.now() - called, step: performance.now() - begin };
    }
    const network = performance.now() - called;
    const ended: Place[] = [];
    const failed = new Map<BatcherJob, unknown>();
    for (const [i, place] of places.entries()) {
      if (failed.has(place.job)) continue;
      try {
        if (place.trajectory.advance(output.subarray(i * size, (i + 1) * size))) ended.push(place);
      } catch (error) {
        failed.set(place.job, error); // a failed image fails only its own job
      }
    }
    fail(failed);
    for (const place of ended) queue.drop(place.job, place);
    const now = performance.now();
    for (const { job, index, trajectory, added, begun = now } of ended) {
      if (!failed.has(job)) job.onDone(index, trajectory, { waited: begun - added, took: now - begun });
    }
    return { batch: n, network, step: performance.now() - begin };
  }

  /** Drops the jobs, then reports why. */
  function fail(jobs: ReadonlyMap<BatcherJob, unknown>): void {
    for (const job of jobs.keys()) queue.remove((place) => place.job === job, job.client);
    for (const [job, error] of jobs) job.onFailed(error);
  }

  return {
    get size() {
      return queue.size;
    },
    get urgent() {
      return queue.urgent;
    },
    add(job) {
      const added = performance.now();
      for (const [index, trajectory] of job.trajectories.entries()) queue.add(job, { job, index, trajectory, added });
    },
    cancel: (id) => queue.remove(({ job }) => job.id === id),
    step,
  };
}
