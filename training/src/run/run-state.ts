/** A run under way: its parts, and what changes as it goes. */
import type { Dataset, TrainingBatches } from '../data/index.ts';
import type { LessonBatches } from '../lessons/index.ts';
import type { Horizon } from '../plan/horizon.ts';
import type { TrainPlan } from '../plan/plan.ts';
import type { Ledger } from '../privacy/ledger.ts';
import type { CheckpointInfo } from '../saved/checkpoint.ts';
import type { StepMetrics } from '../saved/metrics.ts';
import type { TrainConfig } from '../settings/config.ts';
import type { TrainEngine } from '../step/contracts.ts';
import type { EventLog } from '../tensorboard/event-log.ts';
import { divergedAdvice } from './advice.ts';
import type { PrivateBatches } from './private.ts';

export interface TrainHooks {
  /** A note for the user, one sentence: what was chosen, resumed or skipped. */
  onNote?: (note: string) => void;
  /** After every step. `total` steps are known up front, or guessed from the time left. */
  onStep?: (metrics: StepMetrics, progress: { done: number; total: number }) => void;
  /** Wraps the part in which a teacher draws for its student, for a progress bar. `total` is guessed where time ends it. */
  aroundLessons?: (work: (report: (done: number, total: number) => void) => Promise<number>) => Promise<number>;
  /** Wraps the part in which an autoencoder encodes the images, for a progress bar. */
  aroundLatents?: (work: (report: (done: number, total: number) => void) => Promise<Dataset>) => Promise<Dataset>;
  /** While pictures are drawn. */
  onPreview?: (done: number, total: number) => void;
}

/** What a run continues from. */
export interface Former {
  info: CheckpointInfo;
  /** The settings until then; `info.config` may be too old to have some of them. */
  config: TrainConfig;
}

export interface RunState {
  /** A model to train, and the images to train it on. */
  readonly job: {
    plan: TrainPlan;
    dataset: Dataset;
    hooks?: TrainHooks;
    signal?: AbortSignal | undefined;
  };
  /** Folder of the run. */
  readonly folder: string;
  readonly horizon: Horizon;
  readonly engine: TrainEngine;
  readonly batches: TrainingBatches | LessonBatches | PrivateBatches;
  /** Of a private run. */
  readonly privacy: { ledger: Ledger; spent: (steps: number) => number } | undefined;
  /** undefined for a new run. */
  readonly former: Former | undefined;
  /** Folder of the newest checkpoint, undefined before the first. */
  newest: string | undefined;
  /** For TensorBoard, where that is asked for; undefined before the files are open. */
  events: EventLog | undefined;
  /** Seconds that the newest pictures took, undefined before the first. */
  drawSeconds: number | undefined;
}

/** Advice for when the run cannot go on. */
export const adviceOf = ({ job, newest }: RunState): string => divergedAdvice(newest, job.plan.config.training);
