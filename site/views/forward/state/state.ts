/** What the view shows, as signals that outlive it, so that a visitor who comes back finds it unchanged. */
import { computed, signal } from '@preact/signals';
import { PHANTOM_NOTICE } from '../../../state/phantoms.ts';
import { digitPicture, fitPicture, type Picture, type Rgba } from '../../../state/picture.ts';
import type { Digits } from './digits.ts';
import type { Hands } from './hands.ts';
import { epsilon, noisy } from './noisy.ts';
import { rescaleTime, type ScheduleChoice, STANDARD, schedulePair } from './schedules.ts';
import { FIRST_PICTURE, type Settings, type ShownPicture, standardTime } from './settings.ts';

export const choice = signal<ScheduleChoice>(STANDARD);
export const t = signal(standardTime(STANDARD.T));
export const seed = signal(0);

/** A shipped picture, or the visitor's own. */
export const which = signal<ShownPicture | 'own'>(FIRST_PICTURE);
export const hands = signal<Hands | null>(null);
export const digits = signal<Digits | null>(null);
export const own = signal<(Rgba & { name: string }) | null>(null);
export const gray = signal(true);

/** Pixels of its middle square. */
const OWN_SIDE = 64;

export const ownPicture = computed<Picture | null>(() => {
  if (!own.value) return null;
  const shape = [gray.value ? 1 : 3, OWN_SIDE, OWN_SIDE] as const;
  return { name: own.value.name, shape, x0: fitPicture(own.value, shape) };
});

/** What went wrong with a picture, a sentence. */
export const trouble = signal<string | null>(null);

export const schedules = computed(() => schedulePair(choice.value));

export const picture = computed<Picture | null>(() => {
  if (which.value === 'own') return ownPicture.value;
  const { kind, index } = which.value;
  if (kind === 'hand') return hands.value?.pictures[index]?.picture ?? null;
  return digits.value && shippedPicture(digits.value, index);
});

/** What is to be said beside the picture on show. */
export const notice = computed(() =>
  which.value !== 'own' && which.value.kind === 'hand' ? (hands.value?.notice ?? PHANTOM_NOTICE) : undefined,
);

export function shippedPicture({ bytes, width, height, places }: Digits, label: number): Picture {
  return digitPicture(bytes, places[label]!, width, height, `handwritten digit ${label}`);
}

/** The epsilon that both schedules share. */
export const noise = computed(() => picture.value && epsilon(seed.value, picture.value.x0.length));

const xAt = (kind: 'linear' | 'cosine') =>
  computed(() => {
    if (!picture.value || !noise.value) return null;
    return noisy(schedules.value[kind], picture.value.x0, noise.value, t.value);
  });

export const noised = { linear: xAt('linear'), cosine: xAt('cosine') };

/** Moves t, within 0 to T. */
export function moveTo(time: number): void {
  t.value = Math.min(Math.max(Math.round(time), 0), choice.peek().T);
}

/** Changes T, and moves t so that it keeps its share of the way. */
export function changeT(T: number): void {
  const before = choice.peek();
  choice.value = { ...before, T };
  t.value = rescaleTime(t.peek(), before.T, T);
}

export const settings = computed<Settings>(() => ({
  ...choice.value,
  t: t.value,
  seed: seed.value,
  picture: which.value === 'own' ? FIRST_PICTURE : which.value,
}));

export function applySettings({ T, betaStart, betaEnd, t: time, seed: number, picture: shown }: Settings): void {
  choice.value = { T, betaStart, betaEnd };
  t.value = time;
  seed.value = number;
  if (which.peek() !== 'own') which.value = shown;
}

export function showOwn(image: Rgba & { name: string }): void {
  own.value = image;
  which.value = 'own';
  trouble.value = null;
}
