import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';
import type { Choice } from './select.tsx';

export interface SegmentedProps<T extends string> {
  label: string;
  /** Keeps the label for screen readers alone. */
  hideLabel?: boolean | undefined;
  value: T;
  /** With an `icon`, only screen readers and the tooltip give the words. */
  options: readonly (Choice<T> & { icon?: IconName | undefined; title?: string | undefined })[];
  disabled?: boolean | undefined;
  hint?: ComponentChildren;
  onChange: (value: T) => void;
}

/** A few choices side by side: radio buttons, so arrow keys move among them. */
export function Segmented<T extends string>(props: SegmentedProps<T>): JSX.Element {
  const { label, hideLabel = false, value, options, disabled = false, hint, onChange } = props;
  const id = useId();
  return (
    <fieldset class="segmented" disabled={disabled} aria-describedby={hint ? `${id}-hint` : undefined}>
      <legend class={hideLabel ? 'hidden' : undefined}>{label}</legend>
      <div class="segmented-row">
        {options.map((option) => (
          <label key={option.value} class="segment" title={option.title ?? (option.icon && option.label)}>
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === value}
              disabled={option.disabled}
              title={option.disabled ? option.title : undefined}
              onChange={() => onChange(option.value)}
            />
            <span class="segment-face">
              {option.icon && <Icon name={option.icon} />}
              <span class={option.icon ? 'hidden' : undefined}>{option.label}</span>
            </span>
          </label>
        ))}
      </div>
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </fieldset>
  );
}
