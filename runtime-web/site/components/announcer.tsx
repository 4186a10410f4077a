/** A message for screen readers, which read it at the next pause (`aria-live="polite"`). */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';

const said = signal({ text: '', turn: 0 });

export function announce(text: string): void {
  said.value = { text, turn: said.peek().turn + 1 };
}

/** Rendered once per page. Each message is a new child, so that a repeated one is read again. */
export function Announcer(): JSX.Element {
  const { text, turn } = said.value;
  return (
    <div class="hidden" role="status" aria-live="polite">
      <span key={turn}>{text}</span>
    </div>
  );
}
