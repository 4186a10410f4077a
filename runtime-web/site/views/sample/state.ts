/**
 * What the view shows. It lives with the page, not with the view, so that a visitor who comes back finds the pictures.
 */
import { begin, seededNoise } from '@onnoise/scheduler';
import { computed, signal } from '@preact/signals';
import type { ModelInfo } from '#src/worker/client.ts';
import { type ImageShape, sizeOf, toBytes } from '../../state/pixels.ts';
import { loaded, type ModelEntry } from '../../store.ts';
import type { Frame, FrameStore } from './frames.ts';
import type { Pace } from './pace.ts';
import { check, DEFAULTS, type Draft, LARGEST_COUNT, type Limits, type Parameters } from './parameters.ts';

/** One sampling: its request and its results. */
export interface Run {
  parameters: Parameters;
  model: ModelEntry;
  shape: ImageShape;
  /** The network's inputs, one per step, not always whole. */
  timesteps: readonly number[];
  /** T of the schedule. */
  T: number;
  /** Name of each picture's class, for a conditional model. */
  classes: string[] | undefined;
  /** Pure noise, [N, C, H, W]. */
  start: Uint8ClampedArray;
  frames: FrameStore;
}

export type Phase = 'idle' | 'loading' | 'sampling' | 'done' | 'cancelled' | 'failed';

export const draft = signal<Draft>(DEFAULTS);
export const run = signal<Run | null>(null);
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

/** Limits before a model is loaded: the widest that any model may have. */
const UNKNOWN: Limits = { timesteps: 100_000, classes: 100_000 };

export function limitsOf(model: ModelInfo | null): Limits {
  return model ? { timesteps: model.scheduler.num_train_timesteps, classes: model.classes } : UNKNOWN;
}

export const checked = computed(() => check(draft.value, limitsOf(info.value)));
export const problems = computed(() => ('problems' in checked.value ? checked.value.problems : {}));

/** The step on show; -1: noise, before there is a prediction. */
export const position = computed(() => Math.min(pinned.value ?? last.value, last.value));

export interface Shown extends Omit<Frame, 'x0'> {
  shape: ImageShape;
  count: number;
  /** null: nothing is predicted yet. */
  x0: Uint8ClampedArray | null;
}

/** The shape before a model is loaded. */
const USUAL_SHAPE: ImageShape = [1, 28, 28];

/** What the two panels draw: a frame of the run, or the noise that sampling would start from. */
export const shown = computed<Shown>(() => {
  const { value } = run;
  if (!value) return preview.value;
  const { shape, start, parameters, frames } = value;
  const frame = position.value >= 0 ? frames.at(position.value) : undefined;
  return { shape, count: parameters.count, step: frame?.step ?? 0, x: frame?.x ?? start, x0: frame?.x0 ?? null };
});

const wholeOr = (text: string, otherwise: number) => (/^\d+$/.test(text) ? Number(text) : otherwise);

const preview = computed<Shown>(() => {
  const shape = info.value?.shape ?? USUAL_SHAPE;
  const count = Math.min(Math.max(wholeOr(draft.value.count, 1), 1), LARGEST_COUNT);
  const seed = Math.min(wholeOr(draft.value.seed, 0), Number.MAX_SAFE_INTEGER - LARGEST_COUNT);
  return { shape, count, step: 0, x: startNoise(count, seed, shape), x0: null };
});

/**
 * The noise that sampling starts from, the engine's own: picture i has the seed `seed + i`.
 * @param start the factor of the sampler's table.
 */
export function startNoise(count: number, seed: number, shape: ImageShape, start = 1): Uint8ClampedArray {
  const size = sizeOf(shape);
  const noise = new Float32Array(count * size);
  for (let i = 0; i < count; i++) seededNoise(seed + i, 0, noise.subarray(i * size, (i + 1) * size));
  begin(noise, { start, signal: 0 });
  return toBytes(noise);
}

/** The t of x_t after `step` steps: the network's timestep input, rounded, or 0 for the finished picture. */
export function timestepAt({ timesteps }: Run, step: number): number {
  return Math.round(timesteps[step] ?? 0);
}
