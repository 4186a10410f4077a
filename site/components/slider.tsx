import type { TargetedEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Field, type FieldProps } from './field.tsx';

export interface SliderProps extends Pick<FieldProps, 'label' | 'hint'> {
  value: number;
  min: number;
  max: number;
  step?: number | undefined;
  disabled?: boolean | undefined;
  /** The value as shown and read aloud. Default: the number. */
  format?: ((value: number) => string) | undefined;
  /** While it moves. */
  onInput?: ((value: number) => void) | undefined;
  /** When it is let go. */
  onChange?: ((value: number) => void) | undefined;
}

export function Slider({ value, min, max, step = 1, disabled, format, onInput, onChange, ...field }: SliderProps) {
  const text = format?.(value) ?? String(value);
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    input.current?.style.setProperty('--filled', `${max > min ? ((value - min) / (max - min)) * 100 : 0}%`);
  }, [value, min, max]);
  const told =
    (to: ((value: number) => void) | undefined) =>
    ({ currentTarget }: TargetedEvent<HTMLInputElement>) =>
      to?.(currentTarget.valueAsNumber);
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
          onInput={told(onInput)}
          onChange={told(onChange)}
        />
      )}
    </Field>
  );
}
