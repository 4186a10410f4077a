/** Moves through the steps, by hand or by playing. */

import { cancel, sample } from './run.ts';
import { busy, enlarged, last, phase, pinned, playing, position, run } from './state.ts';

const MS_A_STEP = 70;
const SHORTEST = 1500;
const LONGEST = 5000;

/** Shows a step. At the last one of a running sampling, the view follows it again. */
export function seek(step: number): void {
  playing.value = false;
  show(step);
}

function move(by: number): void {
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

/** Keyboard shortcuts of the view: S samples or cancels, space plays, arrows step, Escape goes back to all pictures. */

const isTyped = (target: Element) =>
  target.matches('input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable]');

/** Controls that use the arrow keys, and those that use space. */
const TAKES_ARROWS = 'input, select, textarea, [contenteditable], [role=tab], [role=slider]';
const TAKES_SPACE = 'button, a[href], summary, input:not([type=range]), select, textarea, [contenteditable]';

export function onKey(event: KeyboardEvent): void {
  const { key, target, defaultPrevented, ctrlKey, metaKey, altKey } = event;
  if (defaultPrevented || ctrlKey || metaKey || altKey || !(target instanceof Element)) return;
  if (document.querySelector('dialog[open]')) return;
  if (act(key, target, event.shiftKey ? 10 : 1)) event.preventDefault();
}

function act(key: string, target: Element, stride: number): boolean {
  const seekable = run.peek() !== null && last.peek() >= 0 && !target.matches(TAKES_ARROWS);
  switch (key) {
    case 's':
    case 'S':
      if (isTyped(target)) return false;
      if (busy.peek()) cancel();
      else void sample();
      return true;
    case ' ':
      if (run.peek() === null || target.matches(TAKES_SPACE)) return false;
      togglePlay();
      return true;
    case 'ArrowLeft':
    case 'ArrowRight':
      if (seekable) move(key === 'ArrowLeft' ? -stride : stride);
      return seekable;
    case 'Escape':
      if (enlarged.peek() === null) return false;
      enlarged.value = null;
      return true;
    default:
      return false;
  }
}
