import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { classesLabel } from '../../../components/condition-words.ts';
import { toggleLabel } from '../state/parameters.ts';
import { draft, info, problems } from '../state/state.ts';

/** The choice of classes of a conditional model, used in turn in the order of choice. */
export function ClassChips({ onChange }: { onChange: (labels: readonly number[]) => void }): JSX.Element | null {
  const id = useId();
  const { labels } = draft.value;
  const error = problems.value.labels;
  const names = classNames();
  if (names.length === 0 && !error) return null;
  return (
    <fieldset class="sample-classes grid top slim gap-4" aria-describedby={error ? `${id}-error` : undefined}>
      <legend>{classesLabel(names)}</legend>
      <div class="sample-chips">
        <Chip on={labels.length === 0} onClick={() => onChange([])}>
          all in turn
        </Chip>
        {names.map((name, label) => (
          <Chip key={String(label)} on={labels.includes(label)} onClick={() => onChange(toggleLabel(labels, label))}>
            {name}
          </Chip>
        ))}
      </div>
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function classNames(): string[] {
  const { classes = 0, classNames = [] } = info.value ?? {};
  return Array.from({ length: classes }, (_, label) => classNames[label] ?? String(label));
}

function Chip({ on, onClick, children }: { on: boolean; onClick: () => void; children: string }): JSX.Element {
  return (
    <button type="button" class="sample-chip number" aria-pressed={on} onClick={onClick}>
      {children}
    </button>
  );
}
