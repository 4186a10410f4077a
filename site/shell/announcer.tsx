/** Where the messages for screen readers stand in the page. */
import type { JSX } from 'preact';
import { said } from '../state/announce.ts';

/** Rendered once per page. Each message is a new child, so that a repeated one is read again. */
export function Announcer(): JSX.Element {
  const { text, turn } = said.value;
  return (
    <div class="hidden" role="status" aria-live="polite">
      <span key={turn}>{text}</span>
    </div>
  );
}
