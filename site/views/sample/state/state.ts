/**
 * What the view shows. It lives with the page, not with the view, so that a visitor who comes back finds the pictures.
 */

import type { ModelInfo } from '@onnoise/runtime-web';
import { begin, type ImageSeed, type SamplerTable, seededNoise } from '@onnoise/scheduler';
import { computed, signal } from '@preact/signals';
import { type ImageShape, sizeOf, toBytes } from '../../../state/pixels.ts';
import { current, loaded, type ModelEntry } from '../../../state/store.ts';
import type { Frame, FrameStore } from './frames.ts';
import type { Pace } from './pace.ts';
import { check, DEFAULTS, type Draft, LARGEST_COUNT, type Limits, type Parameters } from './parameters.ts';
import { moment, RECORDINGS, type Recording } from './recording.ts';
import { kindOf, needsPicture } from './start.ts';
import { brought } from './start-state.ts';
import type { Unit } from './unit.ts';

/** One sampling: its request and its results. */
export interface Run {
  parameters: Parameters;
  model: ModelEntry;
  shape: ImageShape;
  /** What the frames count. */
  unit: Unit;
  /** The network's inputs, one per call, not always whole. */
  timesteps: readonly number[];
  /** One per picture. */
  seeds: readonly ImageSeed[];
  /** Each picture's class, for a model with classes. */
  labels: number[] | undefined;
  /** Their names. */
  classes: string[] | undefined;
  /** What is to be said of the pictures. */
  notice: string | undefined;
  /** What sampling started from, [N, C, H, W]. */
  start: Uint8ClampedArray;
  frames: FrameStore;
}

export type Phase = 'idle' | 'loading' | 'sampling' | 'done' | 'cancelled' | 'failed';

/** What the controls say at first: what was recorded of the model, where something was. */
export const firstDraft = ({ recording }: Pick<ModelEntry, 'recording'>): Draft => ({
  ...DEFAULTS,
  ...(recording !== undefined && RECORDINGS[recording]?.draft),
});

/** Whether the controls still say what they said at first. */
export const isFirstDraft = (draft: Draft, model: ModelEntry): boolean =>
  JSON.stringify(draft) === JSON.stringify(firstDraft(model));

export const draft = signal<Draft>(firstDraft(current.peek()));
export const change = (by: Partial<Draft>): void => {
  draft.value = { ...draft.peek(), ...by };
};
export const run = signal<Run | null>(null);
/** The last sampling out of noise that ended. */
export const lastSampled = signal<Run | null>(null);
/** The same if it was made by the chosen model: its pictures can be chosen as a start. */
export const sampled = computed(() => (lastSampled.value?.model === current.value ? lastSampled.value : null));
export const phase = signal<Phase>('idle');
export const pace = signal<Pace | null>(null);
/** What went wrong, or what is wrong with a link. */
export const trouble = signal<string | null>(null);
/** Counts how often a wrong value prevented sampling. */
export const refusals = signal(0);
/** The last step of the run that can be shown; -1: only its noise. */
export const last = signal(-1);
/** The step on show; null: always the last one. */
export const pinned = signal<number | null>(null);
export const playing = signal(false);
/** The picture that is shown large. */
export const enlarged = signal<number | null>(null);

export const busy = computed(() => phase.value === 'loading' || phase.value === 'sampling');

/** The loaded model, once there. */
export const info = computed<ModelInfo | null>(() => (loaded.value.state === 'ready' ? loaded.value.info : null));

/** What the chosen model predicts, by itself or, before it is loaded, by its recording; null if neither is known. */
export const prediction = computed(() => {
  const { recording = '' } = current.value;
  return (info.value ?? RECORDINGS[recording])?.scheduler.prediction_type ?? null;
});

/** Limits before a model is loaded: the widest that any model may have. */
const UNKNOWN: Limits = { timesteps: 100_000, classes: 100_000 };

export function limitsOf(model: ModelInfo | null): Limits {
  if (!model) return UNKNOWN;
  const { scheduler, classes, nullCondition, conditions } = model;
  return { timesteps: scheduler.num_train_timesteps, classes, nullCondition, conditions };
}

export const checked = computed(() => check(draft.value, limitsOf(info.value), brought.value));
export const problems = computed(() => ('problems' in checked.value ? checked.value.problems : {}));

/** The step on show; -1: noise, before there is a prediction. */
export const position = computed(() => Math.min(pinned.value ?? last.value, last.value));

export interface Shown extends Omit<Frame, 'x0'> {
  shape: ImageShape;
  count: number;
  /** null: nothing is predicted yet. */
  x0: Uint8ClampedArray | null;
}

/** What the two panels draw: a frame of the run, or the noise that sampling would start from. */
export const shown = computed<Shown>(() => {
  const { value } = run;
  if (!value) return preview.value;
  const { shape, start, parameters, frames } = value;
  const frame = position.value >= 0 ? frames.at(position.value) : undefined;
  return { shape, count: parameters.count, step: frame?.step ?? 0, x: frame?.x ?? start, x0: frame?.x0 ?? null };
});

const wholeOr = (text: string, otherwise: number) => (/^\d+$/.test(text) ? Number(text) : otherwise);

/**
 * The model's recording, while nothing was made yet and the controls say what was recorded: pressing the button makes its
 * pictures.
 */
export const promised = computed<Recording | null>(() => {
  const model = current.value;
  const waits = phase.value === 'idle' || phase.value === 'loading';
  const same = run.value === null && waits && isFirstDraft(draft.value, model);
  return (same && model.recording !== undefined && RECORDINGS[model.recording]) || null;
});

/** The moment of it on show; null before it is here. */
export const recorded = computed(() =>
  promised.value !== null && moment.value?.recording === promised.value ? moment.value : null,
);

const preview = computed<Shown>(() => {
  if (recorded.value) return recorded.value;
  const { shape } = current.value;
  const count = Math.min(Math.max(wholeOr(draft.value.count, 1), 1), LARGEST_COUNT);
  const seed = Math.min(wholeOr(draft.value.seed, 0), Number.MAX_SAFE_INTEGER - LARGEST_COUNT);
  const stride = kindOf(draft.value) === 'same' ? 0 : 1;
  const seeds = Array.from({ length: count }, (_, i) => seed + i * stride);
  return { shape, count, step: 0, x: startOf(seeds, shape, { start: 1, signal: 0 }), x0: null };
});

/** What sampling starts from, the engine's own: noise, or a picture with the noise of the table's first row. */
export function startOf(
  seeds: readonly ImageSeed[],
  shape: ImageShape,
  table: Pick<SamplerTable, 'start' | 'signal'>,
  picture?: Float32Array,
): Uint8ClampedArray {
  const size = sizeOf(shape);
  const x = new Float32Array(seeds.length * size);
  for (const [i, seed] of seeds.entries()) {
    const image = x.subarray(i * size, (i + 1) * size);
    seededNoise(seed, 0, image);
    begin(image, table, picture);
  }
  return toBytes(x);
}

/** `seed 173`; `25 % from seed 3 to 7`; `near seed 7`. */
export function describeSeed({ seeds, parameters }: Run, index: number): string {
  const seed = seeds[index]!;
  if (typeof seed === 'number') return `seed ${seed}`;
  if (parameters.start?.kind === 'vary') return `near seed ${seed.seed}`;
  return `${Math.round(100 * seed.share)} % from seed ${seed.seed} to ${seed.toward}`;
}

/** Whether a link can make it again: not where it started from a picture, or with a model of the visitor's own. */
export const hasLink = ({ model, parameters }: Run): boolean =>
  !model.own && !needsPicture(parameters.start?.kind ?? 'noise');

/** The t of x_t after `step` steps: the network's timestep input, rounded, or 0 for the finished picture. */
export function timestepAt({ timesteps }: Run, step: number): number {
  return Math.round(timesteps[step] ?? 0);
}
