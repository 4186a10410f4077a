/** What goes into the network. */
import { levelOf } from '@onnoise/scheduler';
import { computed, signal } from '@preact/signals';
import { epsilon } from '../../../forward/state/noisy.ts';
import { digits } from '../../../forward/state/state.ts';
import { firstOf, pictureAt, shownDigit } from '../../digits.ts';
import { lesson } from '../../lesson.ts';

/** In the network's schedule, 0 to T - 1. */
export const t = signal(350);
/** What the network is told, in the last figure; null: the truth. */
export const told = signal<number | null>(null);

const SEED = 4;

export const clean = computed(() => digits.value && pictureAt(digits.value, firstOf(digits.value, shownDigit.value)));

export const noisy = computed(() => {
  const [picture, facts] = [clean.value, lesson.value];
  if (!picture || !facts) return null;
  const grain = epsilon(SEED, picture.x0.length);
  const { signal: a, noise: b } = levelOf(facts.schedule, t.value);
  return picture.x0.map((value, i) => a * value + b * grain[i]!);
});
