/** What makes the pictures of jobs. */
import type { ImageShape } from '@onnoise/scheduler/model';
import type { Job } from '@onnoise/server';
import type { Order, Shard } from '../bulk/shards.ts';

export interface JobRun {
  job: Job;
  order: Order;
  /** Ends it; what is made stays. */
  signal: AbortSignal;
  /** The first picture that was missing is being made. */
  onBegin: () => void;
  /** So many pictures are there, some perhaps since before. */
  onDone: (images: number) => void;
}

export interface JobRunner {
  /** Whether it makes pictures of masks and pictures that a network is told: they are in the folder of the job alone. */
  readonly takesTold: boolean;
  /** Of workers: whether their queue answers. */
  readonly queueUp?: () => boolean;
  /**
   * Makes the shards that are missing below the folder of the jobs, and the manifest in the folder of this one.
   * @throws InputError or Failure where that cannot be; the signal's reason once it aborts
   */
  run(run: JobRun): Promise<void>;
  /** @throws Failure where the disk has no room for an order */
  requireSpace(order: Order, shape: ImageShape): Promise<void>;
  /** Takes back what a cancelled order still waits for. */
  withdraw(order: Order): Promise<void>;
  /** Forgets shards whose files are removed. */
  forget(shards: readonly Shard[]): Promise<void>;
}
