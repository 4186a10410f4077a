/**
 * The messages between the page and the worker that trains: questions with a number, answered once each, and events, which come
 * on their own.
 */
import type { PictureOptions } from '@onnoise/scheduler/model';
import type { TrainingProgress } from '@onnoise/scheduler/training';
import type { Failure } from '../loading/protocol.ts';
import type { ModelFiles } from '../session/artefact.ts';
import type { Device, DeviceReport } from '../session/device-report.ts';
import type { LastState } from './checkpoints.ts';
import type { TrainingImages } from './images.ts';

export type TrainerEvent =
  | {
      kind: 'step';
      /** Updates done. */
      step: number;
      epoch: number;
      loss: number;
      /** Before clipping. */
      gradNorm: number;
      lr: number;
      /** Of training so far, without the stops. */
      seconds: number;
      stepsPerSecond: number;
    }
  | { kind: 'samples'; step: number /** [N, C, H, W] */; images: Uint8ClampedArray<ArrayBuffer> }
  /** A checkpoint is stored. */
  | { kind: 'kept'; step: number }
  /** A sentence for the user. */
  | { kind: 'note'; text: string };

export interface TrainerInfo extends DeviceReport {
  /** [C, H, W] */
  shape: readonly [number, number, number];
  /** Images of a step. */
  batch: number;
  /** Number of weights. */
  weights: number;
  classNames: string[] | null;
  images: { name: string; count: number };
  progress: TrainingProgress;
}

/** What to train: a step with images, or a training that this browser keeps. */
export type TrainerSource =
  | { kind: 'step'; step: string | ModelFiles; images: TrainingImages; seed?: number | undefined }
  | { kind: 'kept' };

export interface OpenRequest {
  source: TrainerSource;
  device: Device | 'auto';
  threads: number | undefined;
  /** Name under which the browser keeps the training. */
  checkpoints: string | undefined;
  sampleEvery: number | null;
  samples: PictureOptions;
  files: string | undefined;
}

/** Each question with its request and its answer. */
export interface TrainerQuestions {
  open: { ask: OpenRequest; done: TrainerInfo };
  run: { ask: { steps: number | undefined }; done: null };
  pause: { ask: null; done: null };
  restart: { ask: null; done: TrainingProgress };
  sample: { ask: PictureOptions; done: Float32Array<ArrayBuffer> };
  folder: { ask: null; done: Record<string, Uint8Array<ArrayBuffer> | string> };
}

export type TrainerQuestion = keyof TrainerQuestions;

export type ToTrainer = {
  [Q in TrainerQuestion]: { id: number; question: Q; ask: TrainerQuestions[Q]['ask'] };
}[TrainerQuestion];

export type FromTrainer =
  | { event: TrainerEvent }
  /** For the page to keep when it is left. */
  | { last: LastState }
  | { id: number; done: TrainerQuestions[TrainerQuestion]['done'] }
  | { id: number; failed: Failure };
