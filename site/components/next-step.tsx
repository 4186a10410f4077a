/** What to do after a view: one link. */
import type { ComponentChildren, JSX } from 'preact';
import { Icon } from './icon.tsx';

export interface NextStepProps {
  href: string;
  /** Of the link. */
  label: string;
  /** Why, a sentence. */
  children: ComponentChildren;
}

export function NextStep({ href, label, children }: NextStepProps): JSX.Element {
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
