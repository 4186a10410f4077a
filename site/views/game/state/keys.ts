/**
 * The first letters of the two kinds, R or S, P or G, and the arrows to the left and right answer; 1 to 6 choose a reason;
 * Enter or space goes on. The keys work only while the focus is in the game or nowhere, so that a letter typed elsewhere does nothing.
 */
import { answer, chooseNumber, game, next, terms } from './state.ts';

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
  const { real, synthetic } = terms.peek();
  switch (key.toLowerCase()) {
    case real.word[0]:
    case 'arrowleft':
      if (!open) answer('real');
      return true;
    case synthetic.word[0]:
    case 'arrowright':
      if (!open) answer('synthetic');
      return true;
    case 'enter':
    case ' ':
      if (!open || target.matches(PRESSED)) return false;
      next();
      return true;
    default:
      if (open || !/^[1-6]$/.test(key)) return false;
      chooseNumber(Number(key));
      return true;
  }
}
