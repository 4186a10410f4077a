import type { JSX } from 'preact';
import { caption } from '../state/told.ts';

/** What the network is told of a picture, below it; nothing for a model that takes no numbers. */
export function Caption({ index }: { index: number }): JSX.Element | null {
  const told = caption(index);
  if (told.length === 0) return null;
  return (
    <p class="sample-caption number" aria-hidden="true">
      {told.map((part, i) => (
        <span key={part}>{i + 1 < told.length ? `${part},\u00a0` : part}</span>
      ))}
    </p>
  );
}
