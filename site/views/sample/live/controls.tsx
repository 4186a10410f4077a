/** What the live picture is asked for: a class, numbers, and where between two seeds its noise is. */
import type { ConditionSpec } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { areSexes, conditionWords } from '../../../components/condition-words.ts';
import { NumberField } from '../../../components/field.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { Select } from '../../../components/select.tsx';
import type { LiveFacts } from '../../../state/model-line.ts';
import { rollSeed } from '../state/parameters.ts';
import { change, wanted } from './live.ts';
import { MovingSlider } from './moving-slider.tsx';
import { LARGEST_SEED, seedWords, type Wanted } from './wanted.ts';

export interface PartProps {
  facts: LiveFacts;
  asked: Wanted;
}

/** More are a list. */
const MOST_BESIDE = 12;

export function Classes({ facts: { classes }, asked }: PartProps): JSX.Element | null {
  if (classes.length < 2) return null;
  const shared = {
    label: areSexes(classes) ? 'Sex' : 'Class',
    value: String(asked.label),
    options: classes.map((label, i) => ({ value: String(i), label })),
    onChange: (value: string) => change({ label: Number(value) }),
  };
  return classes.length > MOST_BESIDE ? <Select {...shared} /> : <Segmented {...shared} />;
}

export const Conditions = ({ facts, asked }: PartProps): JSX.Element => (
  <>
    {facts.conditions.map((spec) => (
      <Condition key={spec.name} spec={spec} asked={asked} />
    ))}
  </>
);

function Condition({ spec, asked }: Pick<PartProps, 'asked'> & { spec: ConditionSpec }): JSX.Element {
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

export function Seeds({ asked }: Pick<PartProps, 'asked'>): JSX.Element {
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
      <div class="live-seeds">
        <Seed label="From seed" value={seed} onChange={(seed) => change({ seed })} />
        <Seed label="To seed" value={toward} onChange={(toward) => change({ toward })} />
      </div>
    </>
  );
}

function Seed(props: { label: string; value: number; onChange: (seed: number) => void }): JSX.Element {
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
