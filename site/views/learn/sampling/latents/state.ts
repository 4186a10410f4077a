/** A picture, its latents, and what the decoder makes of them with noise: one piece of work at a time, the latest wins. */
import type { LoadProgress } from '@onnoise/runtime-web';
import type { ImageShape } from '@onnoise/scheduler/model';
import { batch, computed, signal } from '@preact/signals';
import { legibly } from '../../../../state/loader.ts';
import type { ModelEntry } from '../../../../state/models.ts';
import { phantomPainter } from '../../../../state/phantoms.ts';
import { fitPicture } from '../../../../state/picture.ts';
import { fromBytes } from '../../../../state/pixels.ts';
import { readFile } from '../../../../state/read-picture.ts';
import { announce, models, sentence } from '../../../../state/store.ts';
import { createLatest } from '../../../sample/live/latest.ts';
import { type Halves, openHalves } from './halves.ts';
import { noisyAt } from './noisy.ts';

/** The time that the first noise is shown at. */
const SOME = 100;
/** Of the phantoms: after those of every training set and of the game. */
const [SEED, FIRST] = [0, 12_735];

export interface Shown {
  /** In [-1, 1], [C, H, W]. */
  x0: Float32Array;
  /** Of the phantom; null for the visitor's own picture. */
  age: number | null;
}

/** What is worked out for a picture and a time. */
export interface Coded {
  of: Shown;
  t: number;
  /** With noise, [Z, h, w]. */
  latents: Float32Array;
  /** What the decoder makes of them, [C, H, W]. */
  decoded: Float32Array;
  /** The picture with noise in its pixels. */
  pixels: Float32Array;
}

type Latent = ModelEntry & { latents: ImageShape };

/** The first shipped model that paints latents of phantoms. */
export const entry = computed(() =>
  models.value.find(
    (one): one is Latent => one.latents !== undefined && one.trainedOn === 'phantoms' && !one.own && one.shape[0] === 1,
  ),
);

export const shown = signal<Shown | undefined>(undefined);
/** 0: no noise; else 1 to T. */
export const t = signal(0);
export const coded = signal<Coded | null>(null);
/** T of the model's schedule, once the first picture is coded; null before. */
export const steps = signal<number | null>(null);
/** While the autoencoder is fetched and opened; null else. */
export const progress = signal<LoadProgress | null>(null);
export const opening = signal(false);
/** What went wrong, a sentence, and what tries again. */
export const trouble = signal<{ words: string; again: () => void } | null>(null);

let halves: Halves | undefined;
let number = FIRST;
/** Of the noise, for pixels and for latents. */
let noiseSeed = 1;
/** Of the shown picture, encoded once. */
let encoded: { of: Shown; latents: Float32Array } | undefined;

const fail = (error: unknown, again: () => void) => {
  trouble.value = { words: sentence(error), again };
};

/** Draws a phantom where none is shown yet. */
export const begin = (): Promise<void> => (shown.peek() ? Promise.resolve() : drawPhantom());

export const another = (): Promise<void> => {
  number++;
  return drawPhantom();
};

async function drawPhantom(): Promise<void> {
  const [, side] = entry.peek()?.shape ?? [];
  if (side === undefined) return;
  trouble.value = null;
  try {
    const { pixels, age } = (await phantomPainter())(SEED, number, side);
    show({ x0: fromBytes(pixels), age });
  } catch (error) {
    fail(error, () => void drawPhantom());
  }
}

/** The visitor's own, cut to its middle. It stays on this page. */
export async function take(file: File): Promise<void> {
  const { shape } = entry.peek() ?? {};
  if (!shape) return;
  trouble.value = null;
  try {
    show({ x0: fitPicture(await readFile(file, file.name), shape), age: null });
    announce(`${file.name} is shown.`);
  } catch (error) {
    trouble.value = { words: sentence(error), again: () => (trouble.value = null) };
  }
}

function show(picture: Shown): void {
  shown.value = picture;
  ask();
}

export function moveTo(to: number): void {
  t.value = to;
  ask();
}

/** Where there is none, as much as shows what it does. */
export function otherNoise(): void {
  noiseSeed++;
  moveTo(t.peek() || SOME);
}

/** Fetches the autoencoder, and encodes what is shown. */
export async function open(): Promise<void> {
  const model = entry.peek();
  if (!model || opening.peek()) return;
  batch(() => {
    trouble.value = null;
    opening.value = true;
    progress.value = { stage: 'runtime', loaded: 0, total: null };
  });
  try {
    const tell = legibly((now: LoadProgress) => {
      if (opening.peek()) progress.value = now;
    });
    await begin();
    halves ??= await openHalves(model, tell);
    await work(question()!);
    steps.value = halves.schedule.T;
    announce('The picture is encoded and decoded again.');
  } catch (error) {
    fail(error, () => void open());
  } finally {
    batch(() => {
      opening.value = false;
      progress.value = null;
    });
  }
}

type Question = Pick<Coded, 'of' | 't'>;

const question = (): Question | undefined => shown.peek() && { of: shown.peek()!, t: t.peek() };

/** Once the autoencoder is open. */
function ask(): void {
  const asked = question();
  if (asked && steps.peek() !== null) latest.ask(asked);
}

const latest = createLatest<Question>((asked) => work(asked).catch((error: unknown) => fail(error, ask)));

async function work({ of, t }: Question): Promise<void> {
  const { schedule, encode, decode } = halves!;
  if (encoded?.of !== of) encoded = { of, latents: await encode(of.x0) };
  const latents = noisyAt(schedule, encoded.latents, t, noiseSeed);
  const pixels = noisyAt(schedule, of.x0, t, noiseSeed);
  coded.value = { of, t, latents, pixels, decoded: await decode(latents) };
}
