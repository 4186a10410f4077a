import type { ComponentChildren, JSX } from 'preact';
import { useId, useState } from 'preact/hooks';

/** Attributes of a control that let screen readers read its label, hint and error with it. */
export interface ControlIds {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

export interface FieldProps {
  label: ComponentChildren;
  /** A sentence below. */
  hint?: ComponentChildren;
  /** What is wrong with the value. */
  error?: string | null | undefined;
  /** To the right of the label: the value, say. */
  aside?: ComponentChildren;
  children: (ids: ControlIds) => JSX.Element;
}

/** A label and a control, with their hint and error. */
export function Field({ label, hint, error, aside, children }: FieldProps): JSX.Element {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{label}</label>
        {aside !== undefined && <span class="field-aside">{aside}</span>}
      </div>
      {children({ id, 'aria-describedby': described, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

export interface NumberFieldProps extends Pick<FieldProps, 'label' | 'hint'> {
  value: number;
  min: number;
  max: number;
  step?: number | undefined;
  disabled?: boolean | undefined;
  /** Called only with a number in range that is a multiple of the step. */
  onChange: (value: number) => void;
  /** After the control: a dice, say. */
  after?: ComponentChildren;
}

/** A typed number. One out of range shows an error and is not passed on. */
export function NumberField({ value, min, max, step = 1, disabled, onChange, after, ...field }: NumberFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const valid = (text: string) => {
    const number = Number(text);
    const whole = !Number.isInteger(step) || Number.isInteger(number);
    return text.trim() !== '' && whole && number >= min && number <= max;
  };
  const wrong = draft !== null && !valid(draft);
  const kind = Number.isInteger(step) ? 'a whole number' : 'a number';
  return (
    <Field {...field} error={wrong ? `${kind[0]!.toUpperCase()}${kind.slice(1)} from ${min} to ${max}.` : null}>
      {(ids) => (
        <div class="field-row">
          <input
            {...ids}
            class="input"
            type="number"
            inputMode={Number.isInteger(step) ? 'numeric' : 'decimal'}
            min={min}
            max={max}
            step={step}
            disabled={disabled}
            value={draft ?? String(value)}
            onInput={({ currentTarget: { value: text } }) => {
              setDraft(text);
              if (valid(text)) onChange(Number(text));
            }}
            onBlur={() => setDraft(null)}
          />
          {after}
        </div>
      )}
    </Field>
  );
}
