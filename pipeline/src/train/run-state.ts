/** A run under way: what it is made of, and what changes as it goes. */
import type { Dataset, TrainingBatches } from '../data/index.ts';
import { divergedAdvice } from './advice.ts';
import type { CheckpointInfo } from './checkpoint.ts';
import type { TrainConfig } from './config.ts';
import type { TrainEngine } from './contracts.ts';
import type { Horizon } from './horizon.ts';
import type { StepMetrics } from './metrics.ts';
import type { TrainPlan } from './plan.ts';

export interface TrainHooks {
  /** Something worth telling, one sentence: what was chosen, what was resumed, what was skipped. */
  onNote?: (note: string) => void;
  /** After every step. `total` steps are known up front, or guessed from the time left. */
  onStep?: (metrics: StepMetrics, progress: { done: number; total: number }) => void;
  /** While pictures are drawn. */
  onPreview?: (done: number, total: number) => void;
}

/** What is trained on what. */
export interface TrainJob {
  plan: TrainPlan;
  dataset: Dataset;
  hooks?: TrainHooks;
  /** Asks to stop: the running step is finished and saved. */
  signal?: AbortSignal | undefined;
}

/** What a run goes on from. */
export interface Former {
  info: CheckpointInfo;
  /** The settings until then; `info.config` may be from before some of them were there. */
  config: TrainConfig;
}

export interface RunState {
  readonly job: TrainJob;
  /** Folder of the run. */
  readonly folder: string;
  readonly horizon: Horizon;
  readonly engine: TrainEngine;
  readonly batches: TrainingBatches;
  /** undefined for a run that starts. */
  readonly former: Former | undefined;
  /** Folder of the newest checkpoint, undefined before the first. */
  newest: string | undefined;
  /** Seconds that the newest pictures took, undefined before the first. */
  drawSeconds: number | undefined;
}

/** What to do when the run cannot go on. */
export const adviceOf = ({ job, newest }: RunState): string => divergedAdvice(newest, job.plan.config.training);
