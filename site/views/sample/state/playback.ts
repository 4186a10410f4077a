/** Moves through the steps, by hand or by playing. */
import { last, phase, pinned, playing, position, run } from './state.ts';

const MS_A_STEP = 70;
const SHORTEST = 1500;
const LONGEST = 5000;

/** Shows a step. At the last one of a running sampling, the view follows it again. */
export function seek(step: number): void {
  playing.value = false;
  show(step);
}

export function move(by: number): void {
  seek(position.peek() + by);
}

function show(step: number): void {
  pinned.value = step >= last.peek() ? null : Math.max(step, 0);
}

/** Plays from the current step, or from the start if at the end. During sampling: holds the step, or follows again. */
export function togglePlay(): void {
  if (phase.peek() === 'sampling') {
    pinned.value = pinned.peek() === null ? Math.max(last.peek(), 0) : null;
    return;
  }
  if (playing.peek()) {
    playing.value = false;
    return;
  }
  if (last.peek() < 1) return;
  if (position.peek() >= last.peek()) pinned.value = 0;
  play();
}

function play(): void {
  const mine = run.peek();
  const steps = last.peek();
  const duration = Math.min(LONGEST, Math.max(SHORTEST, steps * MS_A_STEP));
  const from = position.peek();
  const began = performance.now();
  playing.value = true;
  const tick = (now: number) => {
    if (!playing.peek() || run.peek() !== mine) return;
    const step = Math.floor(from + ((now - began) / duration) * steps);
    show(step);
    if (step >= steps) playing.value = false;
    else requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
