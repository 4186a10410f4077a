/** Pictures in an order that means something, shown large one after the other: along a number, or from one seed to another. */
import { signal } from '@preact/signals';
import { enlarged, type Run, run } from './state.ts';

/** Milliseconds that a picture stays. */
const STAY = 450;
/** Fewer pictures are no film. */
const FEWEST = 3;

export const filming = signal(false);
let timer: ReturnType<typeof setTimeout> | undefined;

export const isFilm = ({ parameters: { start, count } }: Run): boolean =>
  count >= FEWEST && (start?.kind === 'same' || start?.kind === 'between');

/** Shows one of the pictures, and holds it. */
export function showPicture(index: number): void {
  filming.value = false;
  enlarged.value = index;
}

/** Plays from the picture on show, or from the first if that is the last; or holds the one on show. */
export function toggleFilm(): void {
  if (filming.peek()) {
    filming.value = false;
    return;
  }
  const made = run.peek();
  if (!made) return;
  const end = made.parameters.count - 1;
  const now = enlarged.peek() ?? 0;
  enlarged.value = now >= end ? 0 : now;
  filming.value = true;
  const turn = () => {
    const at = enlarged.peek();
    if (!filming.peek()) return; // held by the slider
    if (run.peek() !== made || at === null || at >= end) {
      filming.value = false;
      return;
    }
    enlarged.value = at + 1;
    timer = setTimeout(turn, STAY);
  };
  clearTimeout(timer);
  timer = setTimeout(turn, STAY);
}
