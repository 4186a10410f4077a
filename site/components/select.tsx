import type { JSX } from 'preact';
import { Field, type FieldProps } from './field.tsx';

export interface Choice<T extends string> {
  value: T;
  label: string;
  disabled?: boolean | undefined;
}

export interface SelectProps<T extends string> extends Pick<FieldProps, 'label' | 'hint' | 'error'> {
  value: T;
  options: readonly Choice<T>[];
  disabled?: boolean | undefined;
  onChange: (value: T) => void;
}

/** The browser's own list, which works on every device. */
export function Select<T extends string>({
  value,
  options,
  disabled,
  onChange,
  ...field
}: SelectProps<T>): JSX.Element {
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
          {options.map((option) => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
