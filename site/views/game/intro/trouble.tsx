import type { JSX } from 'preact';

/** Why something with the visitor's pictures or files failed; nothing where nothing did. */
export function Trouble({ text }: { text: string | null }): JSX.Element | null {
  if (text === null) return null;
  return (
    <p class="game-own-trouble" role="alert">
      {text}
    </p>
  );
}
