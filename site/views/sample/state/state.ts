/**
 * What the view shows. It lives with the page, not with the view, so that a visitor who comes back finds the pictures.
 */

import type { ModelInfo } from '@onnoise/runtime-web';
import { nextTask } from '@onnoise/runtime-web/parts';
import { begin, type ImageSeed, type SamplerTable, seededNoise, timestepsTold } from '@onnoise/scheduler';
import { type MaskLabels, pictureShapeOf, splitPairs } from '@onnoise/scheduler/model';
import { computed, signal } from '@preact/signals';
import { type LiveFacts, liveFacts } from '../../../state/model-line.ts';
import { type ImageShape, sizeOf, toBytes } from '../../../state/picture.ts';
import { stoodAtFirst } from '../../../state/standing.ts';
import { current, loaded, type ModelEntry } from '../../../state/store.ts';
import { pauses } from '../../../state/tasks.ts';
import { isLinkable, kindOf, needsPicture } from './fields.ts';
import { type Frame, type Start as FrameStart, type FrameStore, look, lookOf } from './frames.ts';
import type { Pace, Unit } from './pace.ts';
import { check, DEFAULTS, type Draft, LARGEST_COUNT, type Limits, type Parameters } from './parameters.ts';
import { moment, RECORDINGS, type Recording } from './recording.ts';
import { brought } from './told-state.ts';

/** One sampling: its request and its results. */
export interface Run {
  parameters: Parameters;
  model: ModelEntry;
  /** Of a picture, without the planes of a mask. */
  shape: ImageShape;
  /** Of the masks that are drawn with the pictures. */
  maskOutput: MaskLabels | undefined;
  /** See `ModelLine`. */
  shows?: readonly number[] | undefined;
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
  /** What sampling started from. */
  start: FrameStart;
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

/** Of a model that draws while sliders move, known before it is loaded if it is shipped; null for any other. */
export const live = computed<LiveFacts | null>(() => {
  const { own, live } = current.value;
  return live ?? (own && info.value ? liveFacts(info.value) : undefined) ?? null;
});

/** What the chosen model predicts, by itself or, before it is loaded, by its recording; null if neither is known. */
export const prediction = computed(() => {
  const { recording = '' } = current.value;
  return (info.value ?? RECORDINGS[recording])?.scheduler.prediction_type ?? null;
});

/** Limits before a model is loaded: the widest that any model may have. */
const UNKNOWN: Limits = { timesteps: 100_000, classes: 100_000 };

export function limitsOf(model: ModelInfo | null): Limits {
  if (!model) return UNKNOWN;
  const { scheduler, classes, nullCondition, conditions, conditionImage, distilled } = model;
  const timesTold = timestepsTold(scheduler);
  return {
    timesteps: scheduler.num_train_timesteps,
    timesTold,
    classes,
    nullCondition,
    conditions,
    conditionImage,
    distilled,
  };
}

export const checked = computed(() => check(draft.value, limitsOf(info.value), brought.value));
export const problems = computed(() => ('problems' in checked.value ? checked.value.problems : {}));

/** The step on show; -1: noise, before there is a prediction. */
export const position = computed(() => Math.min(pinned.value ?? last.value, last.value));

export interface Shown extends Pick<Frame, 'step'> {
  /** Of what is drawn: of pictures, or of masks in colours. */
  shape: ImageShape;
  count: number;
  /** null: a moment before the first noise. */
  x: Uint8ClampedArray | null;
  /** null: nothing is predicted yet. */
  x0: Uint8ClampedArray | null;
}

/** What the two panels draw: a frame of the run, or the noise that sampling would start from. */
export const shown = computed<Shown>(() => {
  const { value } = run;
  if (!value) return preview.value;
  const { start, parameters, frames } = value;
  const frame = position.value >= 0 ? frames.at(position.value) : undefined;
  const { pixels: x, shape } = lookOf(value, frame ?? start, look.value);
  const x0 = frame ? lookOf(value, { x: frame.x0, masks: frame.masks0 }, look.value).pixels : null;
  return { shape, count: parameters.count, step: frame?.step ?? 0, x, x0 };
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

/** The first noise takes a task of its own, between those that make its places and draw it. */
const isNoiseThere = signal(stoodAtFirst);
export async function bringNoise(): Promise<void> {
  if (isNoiseThere.peek()) return;
  await nextTask();
  const pause = pauses();
  const size = sizeOf(networkShape(current.peek()));
  for (const seed of previewSeeds.peek()) {
    noiseOf(seed, size);
    await pause();
  }
  noise.peek();
  await nextTask();
  isNoiseThere.value = true;
}

const preview = computed<Shown>(() => {
  if (recorded.value) return recorded.value;
  if (isNoiseThere.value) return noise.value;
  return { shape: pictureShapeOf(current.value), count: previewCount.value, step: 0, x: null, x0: null };
});

const previewCount = computed(() => Math.min(Math.max(wholeOr(draft.value.count, 1), 1), LARGEST_COUNT));

const previewSeeds = computed(() => {
  const seed = Math.min(wholeOr(draft.value.seed, 0), Number.MAX_SAFE_INTEGER - LARGEST_COUNT);
  const stride = kindOf(draft.value) === 'same' ? 0 : 1;
  return Array.from({ length: previewCount.value }, (_, i) => seed + i * stride);
});

const noise = computed<Shown>(() => {
  const model = current.value;
  const seeds = previewSeeds.value;
  const { pixels: x, shape } = lookOf(model, startOf(seeds, model, { start: 1, signal: 0 }), look.value);
  return { shape, count: seeds.length, step: 0, x, x0: null };
});

/**
 * What sampling starts from, the engine's own: noise, or a picture with the noise of the table's first row.
 * @param model its shape is that of pictures @param picture as the network takes it
 */
export function startOf(
  seeds: readonly ImageSeed[],
  model: Pick<ModelEntry, 'shape' | 'maskOutput'>,
  table: Pick<SamplerTable, 'start' | 'signal'>,
  picture?: Float32Array,
): FrameStart {
  const { maskOutput } = model;
  const shape = networkShape(model);
  const size = sizeOf(shape);
  const x = new Float32Array(seeds.length * size);
  for (const [i, seed] of seeds.entries()) {
    const image = x.subarray(i * size, (i + 1) * size);
    image.set(noiseOf(seed, size));
    begin(image, table, picture);
  }
  if (!maskOutput) return { x: toBytes(x) };
  const { images, masks } = splitPairs(x, shape, maskOutput);
  return { x: toBytes(images), masks };
}

const networkShape = ({ shape: [channels, height, width], maskOutput }: Pick<ModelEntry, 'shape' | 'maskOutput'>) =>
  [channels + (maskOutput?.classes.length ?? 0), height, width] as const;

/** The last ones: what is on show is sampled next. */
const known = new Map<string, Float32Array>();

function noiseOf(seed: ImageSeed, size: number): Float32Array {
  const key = JSON.stringify([seed, size]);
  const noise = known.get(key) ?? new Float32Array(size);
  if (known.delete(key)) known.set(key, noise);
  else {
    seededNoise(seed, 0, noise);
    known.set(key, noise);
    if (known.size > LARGEST_COUNT) known.delete(known.keys().next().value!);
  }
  return noise;
}

/** `seed 173`; `25 % from seed 3 to 7`; `near seed 7`. */
export function describeSeed({ seeds, parameters }: Run, index: number): string {
  const seed = seeds[index]!;
  if (typeof seed === 'number') return `seed ${seed}`;
  if (parameters.start?.kind === 'vary') return `near seed ${seed.seed}`;
  return `${Math.round(100 * seed.share)} % from seed ${seed.seed} to ${seed.toward}`;
}

/** What of it a link cannot carry; undefined: a link can make it again. */
export function unlinkable({ model, parameters }: Pick<Run, 'model' | 'parameters'>): string | undefined {
  const { start, told } = parameters;
  if (model.own) return 'your own model';
  if (needsPicture(start?.kind ?? 'noise') || told?.kind === 'picture') return 'a picture';
  return isLinkable(told) ? undefined : 'a drawing with so many details';
}

/** The t of x_t after `step` steps: the network's timestep input, rounded, or 0 for the finished picture. */
export function timestepAt({ timesteps }: Run, step: number): number {
  return Math.round(timesteps[step] ?? 0);
}
