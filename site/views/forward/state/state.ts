/** What the view shows, as signals that outlive it, so that a visitor who comes back finds it unchanged. */

import { addNoise, gaussian, type Schedule } from '@onnoise/scheduler';
import { computed, signal } from '@preact/signals';
import { ageWords } from '../../../components/condition-words.ts';
import { fetchPhantoms, PHANTOM_NOTICE, type Phantoms, phantomPicture, placesByAge } from '../../../state/phantoms.ts';
import { digitPicture, fitPicture, type Picture, type Rgba } from '../../../state/picture.ts';
import { fetchFile } from '../../../state/read-picture.ts';
import {
  BETA_END,
  BETA_START,
  rescaleTime,
  type ScheduleChoice,
  STANDARD,
  schedulePair,
  T_RANGE,
} from './schedules.ts';

/** The real digits that the page ships; the view shows one of each. */

export interface Digits {
  /** [count, height, width] */
  bytes: Uint8Array;
  width: number;
  height: number;
  /** One per digit. */
  labels: number[];
  /** Where the first 0, 1 ... 9 is. */
  places: number[];
}

interface Info {
  width: number;
  height: number;
  labels: number[];
}

const ADDRESS = 'assets/real-28';

/** @throws Error with one sentence if they cannot be fetched. */
export async function fetchDigits(): Promise<Digits> {
  const get = (ending: string) => fetchFile(`${ADDRESS}.${ending}`, 'the digits');
  const [info, bytes] = await Promise.all([
    get('json').then((response) => response.json() as Promise<Info>),
    get('bin').then(async (response) => new Uint8Array(await response.arrayBuffer())),
  ]);
  const places = Array.from({ length: 10 }, (_, label) => info.labels.indexOf(label));
  return { bytes, ...info, places };
}

/** The hands that the view shows: phantoms from little to grown. */

/** In months. */
const AGES = [132, 24, 60, 168, 216];

interface Hands {
  notice: string;
  pictures: { title: string; picture: Picture }[];
}

/** How many there are. */
export const HANDS = AGES.length;

export const fetchHands = async (): Promise<Hands> => handsOf(await fetchPhantoms());

export function handsOf(phantoms: Phantoms): Hands {
  const { notice, labels, classNames, conditions } = phantoms;
  return {
    notice,
    pictures: placesByAge(phantoms, AGES).map((place) => {
      const words = `${ageWords(conditions.boneage[place]!)}, ${classNames[labels[place]!]}`;
      return { title: `Hand, ${words}`, picture: phantomPicture(phantoms, place, `phantom of a hand, ${words}`) };
    }),
  };
}

/**
 * x_t of a picture, in one jump. The noise is the scheduler's seeded stream, so a seed gives the same epsilon on every
 * machine, and both schedules can share one.
 */

/** Streams of a seed: the jump draws epsilon from 0, step t of the chain draws its own from t. */
export const JUMP_STREAM = 0;

/** `length` unit normals. */
export function epsilon(seed: number, length: number, stream = JUMP_STREAM): Float32Array {
  const out = new Float32Array(length);
  gaussian(seed, 0, out, stream);
  return out;
}

/** x_t = sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t) epsilon for t from 1 to T; x_0 itself at t = 0. */
export function noisy(schedule: Schedule, x0: Float32Array, noise: Float32Array, t: number): Float32Array {
  return t === 0 ? x0 : addNoise(schedule, x0, noise, [t - 1]);
}

/** The view's settings in its address, so that a link restores them. Default values are left out. */

export interface Settings extends ScheduleChoice {
  /** 0 to T. */
  t: number;
  /** Of epsilon; 0 to 2^32 - 1. */
  seed: number;
  picture: ShownPicture;
}

/** One of the shipped pictures. */
export interface ShownPicture {
  kind: 'hand' | 'digit';
  /** 0 to HANDS - 1; of a digit its label. */
  index: number;
}

const FIRST_PICTURE: ShownPicture = { kind: 'hand', index: 0 };

export const MAX_SEED = 2 ** 32 - 1;
const DIGITS = 10;

/** Half way, with the tutorial's schedule. */
function standardTime(T: number): number {
  return Math.round(T / 2);
}

/** The settings in the address, with defaults for missing and invalid ones, and what was left aside, as it is in the address. */
export function readSettings(query: URLSearchParams): { settings: Settings; aside: string[] } {
  const aside: string[] = [];
  const read = (name: string, standard: number, min: number, max: number, whole = true) => {
    const text = query.get(name);
    const value = Number(text);
    const holds =
      text !== null && text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value));
    if (text !== null && !holds) aside.push(`${name}=${text.slice(0, 20)}`);
    return holds ? value : standard;
  };
  const T = read('T', STANDARD.T, T_RANGE.min, T_RANGE.max);
  const start = read('from', STANDARD.betaStart, BETA_START.min, BETA_START.max, false);
  const end = read('to', STANDARD.betaEnd, BETA_END.min, BETA_END.max, false);
  if (start > end) aside.push(`from=${start}`, `to=${end}`);
  const { betaStart, betaEnd } = start <= end ? { betaStart: start, betaEnd: end } : STANDARD;
  const settings = {
    T,
    betaStart,
    betaEnd,
    t: read('t', standardTime(T), 0, T),
    seed: read('seed', 0, 0, MAX_SEED),
    picture: pictureOf(read),
  };
  return { settings, aside };
}

/** A digit, if the address names one, else a hand. */
function pictureOf(read: (name: string, standard: number, min: number, max: number) => number): ShownPicture {
  const digit = read('digit', -1, 0, DIGITS - 1);
  return digit >= 0 ? { kind: 'digit', index: digit } : { kind: 'hand', index: read('hand', 0, 0, HANDS - 1) };
}

export function formatSettings(settings: Settings): Record<string, number> {
  const { T, betaStart, betaEnd, t, seed, picture } = settings;
  const all: Record<string, [value: number, standard: number]> = {
    t: [t, standardTime(T)],
    T: [T, STANDARD.T],
    from: [betaStart, STANDARD.betaStart],
    to: [betaEnd, STANDARD.betaEnd],
    seed: [seed, 0],
    [picture.kind]: [picture.index, picture.kind === 'hand' ? FIRST_PICTURE.index : -1],
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, [value, standard]]) => value !== standard)
      .map(([name, [value]]) => [name, value]),
  );
}

export const choice = signal<ScheduleChoice>(STANDARD);
export const t = signal(standardTime(STANDARD.T));
export const seed = signal(0);

/** A shipped picture, or the visitor's own. */
export const which = signal<ShownPicture | 'own'>(FIRST_PICTURE);
export const hands = signal<Hands | null>(null);
export const digits = signal<Digits | null>(null);
const own = signal<(Rgba & { name: string }) | null>(null);
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
