import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

export interface ProgressProps {
  label: ComponentChildren;
  /** 0 to 1; null if the total is unknown. */
  value: number | null;
  /** To the right: bytes or steps. */
  aside?: ComponentChildren;
}

export function Progress({ label, value, aside }: ProgressProps): JSX.Element {
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
