import type { ComponentChildren } from 'preact';
import { Field } from '../../../components/field.tsx';
import type { Draft } from '../state/parameters.ts';
import { change, draft, problems } from '../state/state.ts';

interface NumberControlProps {
  label: string;
  /** As typed, right or wrong. */
  text: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  /** Values of the slider, rising; without them there is no slider. */
  stops?: readonly number[];
  name: string;
  /** A number as it is read aloud. Default: itself. */
  say?: (value: number) => string;
  disabled?: boolean;
  after?: ComponentChildren;
  onText: (text: string) => void;
}

/** A number to type, or to set with a slider. A wrong one stays in its field, with a sentence below. */
export function NumberControl(props: NumberControlProps) {
  const { label, text, hint, error, stops = [], name, say = String, disabled = false, after, onText } = props;
  const isNumber = text.trim() !== '' && Number.isFinite(Number(text));
  const nearest = stops.reduce((best, stop, i) => (stop <= Number(text) ? i : best), 0);
  return (
    <Field label={label} hint={error ? undefined : hint} error={error}>
      {(ids) => (
        <div class="sample-number line gap-12">
          {stops.length > 0 && (
            <input
              class="slider"
              type="range"
              min={0}
              max={stops.length - 1}
              step={1}
              value={nearest}
              disabled={disabled}
              aria-label={label}
              aria-valuetext={isNumber ? say(Number(text)) : text.trim() || 'none'}
              ref={(input) => input?.style.setProperty('--filled', `${(nearest / (stops.length - 1 || 1)) * 100}%`)}
              onInput={({ currentTarget }) => onText(String(stops[currentTarget.valueAsNumber]))}
            />
          )}
          <input
            {...ids}
            class="input number"
            type="text"
            inputMode="decimal"
            autoComplete="off"
            spellcheck={false}
            name={name}
            value={text}
            disabled={disabled}
            onInput={({ currentTarget }) => onText(currentTarget.value)}
          />
          {after}
        </div>
      )}
    </Field>
  );
}

type DraftControlProps = Partial<NumberControlProps> & {
  name: Exclude<keyof Draft, 'labels' | 'conditions'>;
  label: string;
};

/** The same for a field of the draft. */
export const DraftControl = (props: DraftControlProps) => (
  <NumberControl
    text={draft.value[props.name]}
    error={problems.value[props.name]}
    onText={(text) => change({ [props.name]: text })}
    {...props}
  />
);
