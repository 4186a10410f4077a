import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

export interface CardProps {
  title?: ComponentChildren;
  /** Beside the title. */
  aside?: ComponentChildren;
  class?: string | undefined;
  children: ComponentChildren;
}

/** A part of a view with a frame around it; with a title it is a landmark of that name. */
export function Card({ title, aside, class: extra, children }: CardProps): JSX.Element {
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
