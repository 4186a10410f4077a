import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { Button, Icon } from './button.tsx';
import { usePassFocus } from './pass-focus.ts';

interface CardProps {
  title?: ComponentChildren;
  /** Beside the title. */
  aside?: ComponentChildren;
  class?: string | undefined;
  children: ComponentChildren;
}

/** A part of a view with a frame around it; with a title it is a landmark of that name. */
export function Card({ title, aside, class: extra, children }: CardProps) {
  const id = useId();
  return (
    <section class={extra ? `card ${extra}` : 'card'} aria-labelledby={title ? id : undefined}>
      {(title || aside) && (
        <header class="card-head">
          {title && (
            <h2 class="card-title" id={id}>
              {title}
            </h2>
          )}
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}

/** What a model, or a picture, wants said wherever it is shown; nothing if it wants nothing. */
export function Notice({ text }: { text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p class="notice">
      <Icon name="alert" />
      {text}
    </p>
  );
}

interface ProgressProps {
  label: ComponentChildren;
  /** 0 to 1; null if the total is unknown. */
  value: number | null;
  /** To the right: bytes or steps. */
  aside?: ComponentChildren;
}

export function Progress({ label, value, aside }: ProgressProps) {
  const id = useId();
  return (
    <div class="progress">
      <div class="field-head">
        <label for={id}>{label}</label>
        {aside !== undefined && <span class="field-aside number">{aside}</span>}
      </div>
      <progress id={id} max={1} value={value ?? undefined} />
      {value === null && <span class="progress-run" aria-hidden="true" />}
    </div>
  );
}

/** What to do after a view: one link. */

interface NextStepProps {
  href: string;
  /** Of the link. */
  label: string;
  /** Why, a sentence. */
  children: ComponentChildren;
}

export function NextStep({ href, label, children }: NextStepProps) {
  return (
    <aside class="next-step" aria-label="What next">
      <p>{children}</p>
      <a class="button" href={href}>
        {label}
        <Icon name="next" />
      </a>
    </aside>
  );
}

interface TroubleProps {
  /** A sentence; none: nothing is shown. */
  words: string | null | undefined;
  /** undefined: there is nothing to try again, or something else of the page does. */
  onRetry?: (() => void) | undefined;
}

/** What went wrong, and a way to try again. */
export const Trouble = ({ words, onRetry }: TroubleProps) => (words ? <Told words={words} onRetry={onRetry} /> : null);

function Told({ words, onRetry }: TroubleProps) {
  const box = useRef<HTMLDivElement>(null);
  usePassFocus(box);
  return (
    <div class="trouble row gap-10" role="alert" ref={box}>
      <Icon name="alert" />
      <p>{words}</p>
      {onRetry && (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
