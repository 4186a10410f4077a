/** What the live picture is asked for: a class, numbers, and where between two seeds its noise is. */

import type { ConditionSpec } from '@onnoise/scheduler/model';
import { signal } from '@preact/signals';
import { Button } from '../../../components/button.tsx';
import { areSexes, conditionWords } from '../../../components/condition-words.ts';
import { NumberField, Segmented, Select, Slider } from '../../../components/field.tsx';
import type { LiveFacts } from '../../../state/model-line.ts';
import { current } from '../../../state/store.ts';
import { rollSeed } from '../state/parameters.ts';
import { change, wanted } from './live.ts';
import { LARGEST_SEED, seedWords, type Wanted } from './wanted.ts';

/** Moves a slider from end to end, where a visitor asks for it. */

/** Milliseconds from one end to the other. */
const WHOLE = 6000;

/** The slider that moves by itself; null: none. */
const moving = signal<string | null>(null);

let frame = 0;

export const hold = (): void => {
  cancelAnimationFrame(frame);
  moving.value = null;
};

/** From where it stands, or from the start where it stands at the end. @param show gets a share, 0 to 1 */
function play(name: string, share: number, show: (share: number) => void): void {
  const model = current.peek();
  const from = share >= 1 ? 0 : share;
  let began: number | undefined;
  hold();
  moving.value = name;
  const tick = (now: number) => {
    if (current.peek() !== model) return hold();
    began ??= now;
    const at = Math.min(1, from + (now - began) / WHOLE);
    show(at);
    if (at < 1) frame = requestAnimationFrame(tick);
    else hold();
  };
  frame = requestAnimationFrame(tick);
}

interface MovingSliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  format: (value: number) => string;
  onInput: (value: number) => void;
}

/** A slider with a button that moves it from end to end, which those who asked for less motion do without. */
function MovingSlider({ label, onInput, ...slider }: MovingSliderProps) {
  const { value, min, max, step } = slider;
  const moves = moving.value === label;
  const show = (share: number) => onInput(min + Math.round((share * (max - min)) / step) * step);
  return (
    <div class="live-slider grid">
      <Slider
        {...slider}
        label={label}
        onInput={(value) => {
          hold();
          onInput(value);
        }}
      />
      <Button
        class="live-play"
        icon={moves ? 'pause' : 'play'}
        label={moves ? `Hold: ${label}` : `Play from end to end: ${label}`}
        onClick={() => (moves ? hold() : play(label, (value - min) / (max - min || 1), show))}
      />
    </div>
  );
}

export interface PartProps {
  facts: LiveFacts;
  asked: Wanted;
}

/** More are a list. */
const MOST_BESIDE = 12;

export function Classes({ facts: { classes }, asked }: PartProps) {
  if (classes.length < 2) return null;
  const shared = {
    label: areSexes(classes) ? 'Sex' : 'Class',
    value: String(asked.label),
    options: classes.map((label, i) => ({ value: String(i), label })),
    onChange: (value: string) => change({ label: Number(value) }),
  };
  return classes.length > MOST_BESIDE ? <Select {...shared} /> : <Segmented {...shared} />;
}

export const Conditions = ({ facts, asked }: PartProps) => (
  <>
    {facts.conditions.map((spec) => (
      <Condition key={spec.name} spec={spec} asked={asked} />
    ))}
  </>
);

function Condition({ spec, asked }: Pick<PartProps, 'asked'> & { spec: ConditionSpec }) {
  const { name, min, max } = spec;
  const { label, say } = conditionWords(name);
  return (
    <MovingSlider
      label={label}
      value={asked.conditions[name]!}
      min={min}
      max={max}
      step={max - min >= 40 ? 1 : (max - min) / 200 || 1}
      format={say}
      onInput={(value) => change({ conditions: { ...wanted.peek()!.conditions, [name]: value } })}
    />
  );
}

export function Seeds({ asked }: Pick<PartProps, 'asked'>) {
  const { seed, toward, share } = asked;
  return (
    <>
      <MovingSlider
        label="Between two seeds"
        value={share}
        min={0}
        max={1}
        step={0.005}
        format={() => seedWords(asked)}
        onInput={(share) => change({ share })}
      />
      <div class="live-seeds grid">
        <Seed label="From seed" value={seed} onChange={(seed) => change({ seed })} />
        <Seed label="To seed" value={toward} onChange={(toward) => change({ toward })} />
      </div>
    </>
  );
}

function Seed(props: { label: string; value: number; onChange: (seed: number) => void }) {
  const { label, value, onChange } = props;
  return (
    <NumberField
      label={label}
      value={value}
      min={0}
      max={LARGEST_SEED}
      onChange={onChange}
      after={
        <Button
          icon="dice"
          label={`Roll another: ${label.toLowerCase()}`}
          onClick={() => onChange(Number(rollSeed(String(value))))}
        />
      }
    />
  );
}
