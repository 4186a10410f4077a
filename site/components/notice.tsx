import type { JSX } from 'preact';
import { Icon } from './icon.tsx';

/** What a model, or a picture, wants said wherever it is shown; nothing if it wants nothing. */
export function Notice({ text }: { text: string | undefined }): JSX.Element | null {
  if (text === undefined) return null;
  return (
    <p class="notice">
      <Icon name="alert" />
      {text}
    </p>
  );
}
