/**
 * Jobs: orders of more pictures than a request may have, which are made while no request needs the engines, or by workers
 * elsewhere. Whoever starts the server brings what keeps and runs them (`ServerOptions.jobs`); it stays open until the server
 * is closed.
 */
import type { Readable } from 'node:stream';
import type { EngineModel } from '@onnoise/runtime-node/engine';
import type { compileSampler, SamplerName, SamplerSettings } from '@onnoise/scheduler';
import type { PictureOptions } from '@onnoise/scheduler/model';

/** What a client orders, checked by the request's schema alone. */
export interface JobOrder
  extends SamplerSettings,
    Pick<PictureOptions, 'labels' | 'conditions' | 'conditionImages' | 'guidance' | 'guidanceInterval'> {
  count: number;
  seed: number;
  steps: number;
  sampler?: SamplerName | undefined;
  /** Pictures per shard, which is a file of the result. */
  shard?: number | undefined;
}

export const JOB_STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export interface Job {
  id: string;
  status: JobStatus;
  /** Name of the model, and the `modelHash` that it had when the job was ordered. */
  model: { name: string; hash: string };
  /** The client that ordered it. */
  client: string;
  images: { total: number; done: number };
  /** What the pictures depend on, complete. */
  settings: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  created: number;
  started?: number | undefined;
  ended?: number | undefined;
  /** Why it failed: one sentence. */
  error?: string | undefined;
}

export interface Jobs {
  /** Of jobs that workers make: whether the queue between answers. */
  readonly queueUp?: (() => boolean) | undefined;
  /**
   * Checks an order against the model.
   * @returns what keeps it and begins; it rejects as `JobHost.noRoom` says
   * @throws InputError for what does not fit the model
   */
  take(model: EngineModel, order: JobOrder, compile: typeof compileSampler): (client: string) => Promise<Job>;
  /** All that are kept, the oldest first. */
  list(): readonly Job[];
  find(id: string): Job | undefined;
  /** Ends a job that is not over yet; what it has made stays. */
  cancel(id: string): Promise<Job>;
  /** Ends a job, and removes it with the pictures that no other job has. */
  remove(id: string): Promise<void>;
  /** Of a completed job: path of its manifest. */
  manifest(id: string): string;
  /** Of a completed job: its pictures as one tar; undefined where files of it are gone. */
  pictures(id: string): Promise<{ bytes: number; tar: Readable } | undefined>;
  /** Interrupts what runs; the next server with these jobs goes on with it. */
  close(): Promise<void>;
}

/** What jobs are given by the server. */
export interface JobHost {
  /** The model of a job. @throws InputError where it is not loaded any more, or another is by its name */
  modelOf(job: Pick<Job, 'model'>): EngineModel;
  /**
   * Samples while no request needs the engines.
   * @param onImage called as each image is done
   * @returns [N, C, H, W]
   * @throws as `Supervisor.sample`; InputError as `modelOf`, and for what does not fit the model
   */
  sample(job: Job, options: JobSampling, onImage: () => void): Promise<Float32Array>;
  /** What to throw where the disk has no room for a job. @param sentence that says so */
  noRoom(sentence: string): Error;
  /** Hears of each new status. */
  onStatus(job: Job): void;
  /** A line for the log that an operator should see. */
  warn(line: string): void;
}

/** A part of a job's pictures, see `PictureOptions`. */
export type JobSampling = PictureOptions & { signal?: AbortSignal | undefined };

/** Brings jobs to a server. */
export type OpenJobs = (host: JobHost) => Promise<Jobs>;
