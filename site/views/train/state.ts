/** What the view shows: the pictures, how far the training is, its losses and its newest pictures. */

import type { ModelFiles, TrainerInfo } from '@onnoise/runtime-web';
import type { ImageShape } from '@onnoise/scheduler/model';
import type { StepFile } from '@onnoise/scheduler/training';
import { computed, signal } from '@preact/signals';
import type { Rgba } from '../../state/picture.ts';
import { FEWEST, picturesOf, SHIPPED } from './pictures.ts';

export type SourceKind = 'digits' | 'files' | 'camera';

export type Phase =
  /** Nothing is open. */
  'idle' | 'opening' | 'training' | 'pausing' | 'paused';

export const source = signal<SourceKind>('digits');

/** The visitor's. */
export const own = signal<Rgba[]>([]);

/** Of how many files they are an even choice; null: they are all. */
export const chosenOf = signal<number | null>(null);

/** 0 to 1 while files are read. */
export const reading = signal<number | null>(null);

export const phase = signal<Phase>('idle');

/** What goes wrong, a sentence. */
export const trouble = signal<string | null>(null);

/** What is worth knowing: a file that was skipped, a browser that stores nothing. */
export const note = signal<string | null>(null);

export const info = signal<TrainerInfo | null>(null);

/** What the open training learns from: what is chosen above may be another, where it began in an earlier visit. */
export const learnt = computed(() => info.value?.images ?? null);

/** The visitor's pictures that the open training learns from. Those of an earlier visit are shown no more. */
export const learntOwn = signal<readonly Rgba[]>([]);

/** A file to go on from that waits for its pictures, which it does not hold. */
export interface Waiting {
  step: ModelFiles;
  file: StepFile;
}

export const waiting = signal<Waiting | null>(null);

/** Of the pictures that the next training learns from, or the open one. */
export const shape = computed<ImageShape>(() => waiting.value?.file.shape ?? info.value?.shape ?? SHIPPED);

export interface Progress {
  step: number;
  epoch: number;
  loss: number;
  seconds: number;
  stepsPerSecond: number;
}

export const progress = signal<Progress | null>(null);

/** The step that the browser's newest checkpoint holds. */
export const kept = signal<number | null>(null);

/** Losses averaged over a few steps each, so that no more than `POINTS` are drawn. */
interface Curve {
  /** Steps that a point stands for. */
  each: number;
  points: number[];
  /** The mean over the steps since the last point. */
  rest: { sum: number; count: number };
  /** Steps before the first point. */
  first: number;
}

const POINTS = 240;

export const emptyCurve = (first = 0): Curve => ({ each: 1, points: [], rest: { sum: 0, count: 0 }, first });

export const curve = signal<Curve>(emptyCurve());

/** The curve with one more loss; where it gets too long, two points become one. */
export function withLoss({ each, points, rest, first }: Curve, loss: number): Curve {
  const [sum, count] = [rest.sum + loss, rest.count + 1];
  if (count < each) return { each, points, rest: { sum, count }, first };
  const longer = [...points, sum / count];
  const none = { sum: 0, count: 0 };
  if (longer.length < POINTS) return { each, points: longer, rest: none, first };
  const halved = Array.from({ length: POINTS / 2 }, (_, i) => (longer[2 * i]! + longer[2 * i + 1]!) / 2);
  return { each: 2 * each, points: halved, rest: none, first };
}

export interface Samples {
  step: number;
  /** [C, H, W] each, in the shape of the training. */
  pictures: Uint8ClampedArray[];
}

export const samples = signal<Samples | null>(null);

/** A training that this browser keeps from an earlier visit. */
export const earlier = signal<{ name: string; step: number } | null>(null);

/** What the page asks before a training of worth is lost. */
export interface Question {
  title: string;
  text: string;
  /** Words of the buttons. */
  yes: string;
  no: string;
  answer(agreed: boolean): void;
}

export const question = signal<Question | null>(null);

/** What is missing to train on the chosen pictures, a sentence. */
export const lack = computed(() => {
  const count = own.value.length;
  if (source.value === 'digits' || count >= FEWEST) return null;
  return `${picturesOf(count, chosenOf.value)}. It takes ${FEWEST} or more; a hundred is better.`;
});

export const busy = computed(
  () => phase.value === 'training' || phase.value === 'pausing' || phase.value === 'opening',
);
