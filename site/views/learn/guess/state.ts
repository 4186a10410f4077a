/** The riddle: a picture, its noise, and the time that is to be guessed. */
import { levelOf } from '@onnoise/scheduler';
import { computed, signal } from '@preact/signals';
import { epsilon } from '../../forward/state/noisy.ts';
import { digits } from '../../forward/state/state.ts';
import { countOf, pictureAt } from '../digits.ts';
import { lesson } from '../lesson.ts';

export interface Riddle {
  /** Place of the picture among the real digits. */
  index: number;
  seed: number;
  /** 0 to 1: how far from the picture to pure noise. */
  share: number;
}

/** Neither the picture itself nor pure noise: those are too easy. */
const [FROM, TO] = [0.08, 0.92];

export const riddle = signal<Riddle>({ index: 3, seed: 1, share: 0.42 });
/** The visitor's t; null before the slider was moved. */
export const guessed = signal<number | null>(null);
export const shown = signal(false);
/** The t on show: the riddle's own, then any. */
export const t = signal(0);

export const trueTime = (share: number, T: number): number => Math.round(share * (T - 1));

export function another(random: () => number = Math.random): void {
  const count = digits.peek() ? countOf(digits.peek()!) : 10;
  riddle.value = {
    index: Math.floor(random() * count),
    seed: Math.floor(random() * 2 ** 32),
    share: FROM + random() * (TO - FROM),
  };
  guessed.value = null;
  shown.value = false;
}

export const clean = computed(() => digits.value && pictureAt(digits.value, riddle.value.index));
export const noise = computed(() => clean.value && epsilon(riddle.value.seed, clean.value.x0.length));

/** x at a timestep of the network's schedule. */
export function noisyAt(time: number): Float32Array | undefined {
  const [picture, grain, facts] = [clean.value, noise.value, lesson.value];
  if (!picture || !grain || !facts) return undefined;
  const { signal: a, noise: b } = levelOf(facts.schedule, time);
  return picture.x0.map((value, i) => a * value + b * grain[i]!);
}
