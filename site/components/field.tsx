import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './button.tsx';

/** Attributes of a control that let screen readers read its label, hint and error with it. */
interface ControlIds {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

interface FieldProps {
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
export function Field({ label, hint, error, aside, children }: FieldProps) {
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

interface NumberFieldProps extends Pick<FieldProps, 'label' | 'hint'> {
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

interface SliderProps extends Pick<FieldProps, 'label' | 'hint'> {
  value: number;
  min: number;
  max: number;
  step?: number | undefined;
  disabled?: boolean | undefined;
  /** The value as shown and read aloud. Default: the number. */
  format?: ((value: number) => string) | undefined;
  /** While it moves. */
  onInput: (value: number) => void;
}

export function Slider({ value, min, max, step = 1, disabled, format, onInput, ...field }: SliderProps) {
  const text = format?.(value) ?? String(value);
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    input.current?.style.setProperty('--filled', `${max > min ? ((value - min) / (max - min)) * 100 : 0}%`);
  }, [value, min, max]);
  return (
    <Field
      {...field}
      aside={
        <span class="number" aria-hidden="true">
          {text}
        </span>
      }
    >
      {(ids) => (
        <input
          {...ids}
          ref={input}
          class="slider"
          type="range"
          min={min}
          max={max}
          step={step}
          value={value}
          disabled={disabled}
          aria-valuetext={format ? text : undefined}
          onInput={({ currentTarget }) => onInput(currentTarget.valueAsNumber)}
        />
      )}
    </Field>
  );
}

interface Choice<T> {
  value: T;
  label: string;
  disabled?: boolean | undefined;
  /** Of a `Segmented`: then only screen readers and the tooltip give the words. */
  icon?: IconName | undefined;
  title?: string | undefined;
}

/** Choices, or values that are their own labels; or labels by value. */
type Options<T extends string | number> = readonly (T | Choice<T>)[] | { readonly [K in T & string]: string };

function choicesOf<T extends string | number>(options: Options<T>): Choice<T>[] {
  if (!Array.isArray(options))
    return Object.entries<string>(options as Record<string, string>).map(([value, label]) => ({
      value: value as T,
      label,
    }));
  return options.map((one: T | Choice<T>) => (typeof one === 'object' ? one : { value: one, label: String(one) }));
}

interface SelectProps<T extends string> extends Pick<FieldProps, 'label' | 'hint' | 'error'> {
  value: T;
  options: Options<T>;
  disabled?: boolean | undefined;
  onChange: (value: T) => void;
}

/** The browser's own list, which works on every device. */
export function Select<T extends string>({ value, options, disabled, onChange, ...field }: SelectProps<T>) {
  return (
    <Field {...field}>
      {(ids) => (
        <select
          {...ids}
          class="input select"
          value={value}
          disabled={disabled}
          onChange={({ currentTarget }) => onChange(currentTarget.value as T)}
        >
          {choicesOf(options).map((option) => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface SegmentedProps<T extends string | number> {
  label: string;
  /** Keeps the label for screen readers alone. */
  hideLabel?: boolean | undefined;
  value: T;
  options: Options<T>;
  disabled?: boolean | undefined;
  hint?: ComponentChildren;
  onChange: (value: T) => void;
}

/** A few choices side by side: radio buttons, so arrow keys move among them. */
export function Segmented<T extends string | number>(props: SegmentedProps<T>) {
  const { label, hideLabel = false, value, options, disabled = false, hint, onChange } = props;
  const id = useId();
  return (
    <fieldset class="segmented" disabled={disabled} aria-describedby={hint ? `${id}-hint` : undefined}>
      <legend class={hideLabel ? 'hidden' : undefined}>{label}</legend>
      <div class="segmented-row">
        {choicesOf(options).map((option) => (
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
