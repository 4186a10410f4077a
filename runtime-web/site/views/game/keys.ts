/**
 * R or the left arrow says real, S or the right arrow says synthetic, Enter or space goes on. The keys work only while
 * the focus is in the game or nowhere, so that a letter typed elsewhere does nothing.
 */
import { answer, game, next } from './state.ts';

const TYPED = 'input, select, textarea, [contenteditable]';
const PRESSED = 'button, a[href], summary';

export function onKey(event: KeyboardEvent): void {
  const { key, target, defaultPrevented, ctrlKey, metaKey, altKey, repeat } = event;
  if (defaultPrevented || ctrlKey || metaKey || altKey || repeat || !(target instanceof Element)) return;
  if (game.phase.peek() !== 'round' || document.querySelector('dialog[open]')) return;
  const nowhere = target === document.body || target.matches('main');
  if ((!nowhere && !target.closest('.game')) || target.matches(TYPED)) return;
  if (act(key, target)) event.preventDefault();
}

function act(key: string, target: Element): boolean {
  const open = game.open.peek();
  switch (key) {
    case 'r':
    case 'R':
    case 'ArrowLeft':
      if (!open) answer('real');
      return true;
    case 's':
    case 'S':
    case 'ArrowRight':
      if (!open) answer('synthetic');
      return true;
    case 'Enter':
    case ' ':
      if (!open || target.matches(PRESSED)) return false;
      next();
      return true;
    default:
      return false;
  }
}
