/** What a screen reader should say, politely, when it has a moment. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';

const said = signal({ text: '', turn: 0 });

export function announce(text: string): void {
  said.value = { text, turn: said.peek().turn + 1 };
}

/** Once a page. A new child each time, so that the same words are said twice. */
export function Announcer(): JSX.Element {
  const { text, turn } = said.value;
  return (
    <div class="hidden" role="status" aria-live="polite">
      <span key={turn}>{text}</span>
    </div>
  );
}
