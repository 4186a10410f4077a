/** Keyboard shortcuts of the view: S samples or cancels, space plays, arrows step, Escape goes back to all pictures. */
import { move, togglePlay } from './playback.ts';
import { cancel, sample } from './run.ts';
import { busy, enlarged, last, run } from './state.ts';

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
