/**
 * Draws the picture that the sliders ask for while they move. The worker draws; the page only shows, so that it never waits.
 */
import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { announce } from '../../../state/announce.ts';
import type { LiveFacts } from '../../../state/model-line.ts';
import { toBytes } from '../../../state/picture.ts';
import { current, type ModelEntry, samplingWorker, sentence, useModel } from '../../../state/store.ts';
import { look, lookOf, type Seen } from '../state/frames.ts';
import { picture } from '../state/layout.ts';
import { draft, info, live, recorded, startOf } from '../state/state.ts';
import { takeTurn } from '../state/turns.ts';
import { describeWanted, firstWanted, middleOf, requestOf, seedOf, type Wanted } from './wanted.ts';

/**
 * Work that keeps up with a slider: one at a time, and of what is asked meanwhile only the last. So what is shown is at most
 * one piece of work behind, however fast the slider moves, and work that was begun is shown, so that something moves.
 */
interface Latest<T> {
  ask(value: T): void;
  /** Drops what waits. What is under way ends by itself. */
  drop(): void;
}

/** @param work never rejects */
function createLatest<T>(work: (value: T) => Promise<void>): Latest<T> {
  let waiting: { value: T } | undefined;
  let working = false;

  async function workOff(): Promise<void> {
    working = true;
    while (waiting) {
      const { value } = waiting;
      waiting = undefined;
      await work(value);
    }
    working = false;
  }

  return {
    ask(value) {
      waiting = { value };
      if (!working) void workOff();
    },
    drop() {
      waiting = undefined;
    },
  };
}

/** What the visitor has set, and of which model. */
const set = signal<{ model: ModelEntry; wanted: Wanted } | null>(null);

/** What the sliders say, which is what the settings say until they are moved; null for a model that is not live. */
export const wanted = computed<Wanted | null>(() => {
  if (!live.value) return null;
  return set.value?.model === current.value ? set.value.wanted : firstWanted(live.value, draft.value);
});

/** The same for the same picture, whatever else the settings say. */
const wantedPicture = computed(() => wanted.value && JSON.stringify(wanted.value));

export interface Drawn {
  model: ModelEntry;
  wanted: Wanted;
  /** [1, C, H, W] of the picture. */
  x: Uint8ClampedArray;
  /** Of a model that draws masks. */
  masks?: Uint8Array | undefined;
}

const latestDrawn = signal<Drawn | null>(null);
/** The last picture of the chosen model; null before there is one. */
export const drawn = computed(() => (latestDrawn.value?.model === current.value ? latestDrawn.value : null));
export const liveTrouble = signal<string | null>(null);
/** Milliseconds that the engine takes for a picture, of the last ones; null before one is drawn. */
export const pace = signal<number | null>(null);

/** A recording of this very picture, while the model loads; null without one, and once a slider was moved. */
export const recordedPicture = computed<Uint8ClampedArray | null>(() => {
  if (set.value?.model === current.value || !recorded.value) return null;
  const { x0, shape } = recorded.value;
  return picture(x0, shape, middleOf(draft.value));
});

/** What is shown: the picture, or the noise that it begins with. */
export const liveSeen = computed<Seen | null>(() => {
  if (!wanted.value) return null;
  const model = current.value;
  if (drawn.value) return lookOf(model, drawn.value, look.value);
  if (recordedPicture.value) return lookOf(model, { x: recordedPicture.value }, look.value);
  return lookOf(model, startOf([seedOf(wanted.value)], model, { start: 1, signal: 0 }), look.value);
});

interface Asked {
  facts: LiveFacts;
  model: ModelEntry;
  wanted: Wanted;
  signal: AbortSignal;
}

const latest = createLatest<Asked>(draw);
let left = new AbortController();

async function draw({ facts, model, wanted, signal }: Asked): Promise<void> {
  const isOver = () => signal.aborted || model !== current.peek();
  if (isOver()) return;
  try {
    await useModel(model);
    const { images, masks, seconds } = await takeTurn(() => {
      if (isOver()) throw new DOMException('Another model was chosen.', 'AbortError');
      return samplingWorker.sample(requestOf(facts, wanted), { signal });
    });
    if (isOver()) return;
    batch(() => {
      latestDrawn.value = { model, wanted, x: toBytes(images), masks };
      liveTrouble.value = null;
    });
    keepPace(1000 * seconds);
  } catch (error) {
    if (!isOver() && (error as Error).name !== 'AbortError') liveTrouble.value = sentence(error);
  }
}

/** Milliseconds between two changes of the number, which could not be read otherwise. */
const LEGIBLE = 500;
/** undefined: the first picture, which takes longer, is still to come; null: nothing is known yet. */
let mean: number | null | undefined;
let shownAt = Number.NEGATIVE_INFINITY;

function keepPace(milliseconds: number): void {
  if (mean === undefined) {
    mean = null;
    return;
  }
  mean = mean === null ? milliseconds : mean + (milliseconds - mean) / 8;
  const now = performance.now();
  if (now - shownAt < LEGIBLE) return;
  shownAt = now;
  pace.value = mean;
}

function ask(): void {
  const [facts, model] = [live.peek(), current.peek()];
  if (!facts || !wanted.peek()) return;
  latest.ask({ facts, model, wanted: wanted.peek()!, signal: left.signal });
}

/** Moves sliders. For a visitor who saves data, the first move loads the model. */
export function change(by: Partial<Wanted>): void {
  const before = wanted.peek();
  if (!before) return;
  set.value = { model: current.peek(), wanted: { ...before, ...by } };
  if (!info.peek()) ask();
  sayAtRest();
}

/** Milliseconds without a change, after which the picture is named once. */
const REST = 1200;
let rest: ReturnType<typeof setTimeout> | undefined;

function sayAtRest(): void {
  clearTimeout(rest);
  rest = setTimeout(() => {
    const [facts, shown] = [live.peek(), drawn.peek()];
    if (facts && shown && shown.wanted === wanted.peek()) announce(`Drawn: ${describeWanted(facts, shown.wanted)}.`);
  }, REST);
}

/** Draws what the sliders say, as soon as the model is loaded, until the returned function is called. */
export function followLive(): () => void {
  left = new AbortController();
  const ends = [
    effect(() => {
      if (!info.value) return;
      mean = undefined;
      shownAt = Number.NEGATIVE_INFINITY;
      pace.value = null;
      liveTrouble.value = null;
    }),
    effect(() => {
      if (wantedPicture.value && info.value) untracked(ask);
    }),
  ];
  return () => {
    for (const end of ends) end();
    clearTimeout(rest);
    latest.drop();
    left.abort();
  };
}
