/** The frame of one family: its moving picture, what it is, and how it does. */
import type { ComponentChildren, JSX } from 'preact';
import { percent } from '../../../forward/state/numbers.ts';
import { type Judged, KINDS } from './eight.ts';

export interface FamilyProps {
  name: string;
  plane: JSX.Element;
  /** What moves it. */
  controls: ComponentChildren;
  judged: Judged;
  /** Network calls for a new picture. */
  calls: number;
  /** What it is. */
  children: ComponentChildren;
}

export function Family({ name, plane, controls, judged, calls, children }: FamilyProps): JSX.Element {
  return (
    <section class="learn-family grid top gap-12" aria-label={name}>
      <h3>{name}</h3>
      {plane}
      <dl class="learn-family-numbers">
        <div>
          <dt>Good</dt>
          <dd>{percent(judged.good)}</dd>
        </div>
        <div>
          <dt>Kinds</dt>
          <dd>
            {judged.reached} of {KINDS}
          </dd>
        </div>
        <div>
          <dt>Calls</dt>
          <dd>{calls}</dd>
        </div>
      </dl>
      {controls}
      <p class="small">{children}</p>
    </section>
  );
}
