/**
 * What the figures of the open chapter show, for exercises that are answered with a figure, and what an exercise wants a
 * figure to show. A figure that was left has no reading.
 */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

export interface Readings {
  /** Why: network calls a picture, and the share of the data reached, with that of real pictures. */
  wishes: { steps: number; recall: number; real: number };
  /** Why: milliseconds that the pictures took, by the number of steps. */
  live: { times: Readonly<Record<string, number>> };
  /** Destroy: the beta of one step. */
  bell: { beta: number };
  /** Destroy: the draw of x_t, 1 <= t <= T of the linear schedule. */
  draw: { ofTime: boolean; x0: number; t: number };
  /** Guess: the visitor's t, the true one, and whether it is told. */
  riddle: { guess: number; t: number; T: number; told: boolean };
  /** Guess: mean squared error of the noise at t. */
  error: { t: number; mse: number };
  /** Network: skips cut, and the error of the picture before and after. */
  skips: { cut: number; before: number; after: number };
  /** Network: of the time embedding; `gap` is between the two times of the slider, in steps. */
  embedding: { dim: number; base: number; shift: number; gap: number };
  /** Data: mean of the values in the window, and the share that it cuts off. */
  window: { mean: number; cut: number };
  /** Learning: rounds, and the mean of the last 100 losses. */
  training: { rounds: number; loss: number };
  /** Sampling: the step, from 0, and the weights of x_t and of the guess in each. */
  walk: { step: number; a: readonly number[]; b: readonly number[] };
  /** Improve: losses on held-out images, and whether they can be compared. */
  improvement: { before: number; after: number; comparable: boolean };
}

type FigureName = keyof Readings;
/** Of one figure. */
export type Wanted = { [Name in FigureName]: readonly [Name, Partial<Readings[Name]>] }[FigureName];

export const readings = signal<Partial<Readings>>({});
const wanted = signal<Wanted | null>(null);

/** The exercise that a link asks for, until the chapter's exercises are there: figures write addresses of their own. */
export const asked = signal<string | null>(null);

/** Asks a figure to show this, now or when it is there. */
export function want(what: Wanted | null): void {
  wanted.value = what;
}

/**
 * Tells exercises what a figure shows.
 * @param reading undefined: nothing yet
 * @param apply shows what an exercise begins with
 */
export function useReading<Name extends FigureName>(
  name: Name,
  reading: Readings[Name] | undefined,
  apply?: (to: Partial<Readings[Name]>) => void,
): void {
  const text = JSON.stringify(reading);
  useEffect(() => {
    readings.value = { ...readings.peek(), [name]: reading };
  }, [text]);
  useEffect(
    () => () => {
      readings.value = { ...readings.peek(), [name]: undefined };
    },
    [],
  );
  const now = wanted.value;
  useEffect(() => {
    if (now?.[0] !== name || !apply) return;
    apply(now[1] as Partial<Readings[Name]>);
    want(null);
  }, [now]);
}
