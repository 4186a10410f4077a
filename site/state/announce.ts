/** A message for screen readers, which read it at the next pause (`aria-live="polite"`). */
import { signal } from '@preact/signals';

export const said = signal({ text: '', turn: 0 });

export function announce(text: string): void {
  said.value = { text, turn: said.peek().turn + 1 };
}
