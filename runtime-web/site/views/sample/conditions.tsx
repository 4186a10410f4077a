/** What the network is told besides a class: numbers, and how far to go with all of it. */
import type { ConditionSpec } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { conditionText, unknownConditions } from './condition-draft.ts';
import { NumberControl } from './number-control.tsx';
import type { Draft } from './parameters.ts';
import { draft, info, problems } from './state.ts';

/** Denser where guidance is light, as it is by default. */
const SCALES = [0, 0.5, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20];

const GUIDED = '1 is as trained. More keeps closer to what is asked for, and pictures become more alike.';
const NOT_GUIDED = 'This model was always told its conditions in training, so there is nothing to guide away from.';

const set = (change: Partial<Draft>) => {
  draft.value = { ...draft.peek(), ...change };
};

/** Nothing for an unconditional model, and before one is loaded. */
export function Conditions(): JSX.Element | null {
  const { classes = 0, conditions = [], nullCondition = false } = info.value ?? {};
  const unknown = info.value ? unknownConditions(draft.value.conditions, conditions) : [];
  if (classes === 0 && conditions.length === 0 && unknown.length === 0) return null;
  return (
    <>
      {unknown.map((name) => (
        <p key={name} class="field-error" role="alert">
          {problems.value[`condition.${name}`]}
        </p>
      ))}
      <NumberControl
        name="guidance"
        label="Guidance"
        text={nullCondition ? draft.value.guidance : '1'}
        error={problems.value.guidance}
        hint={nullCondition ? GUIDED : NOT_GUIDED}
        stops={SCALES}
        disabled={!nullCondition}
        onText={(guidance) => set({ guidance })}
      />
      {nullCondition && (
        <NumberControl
          name="interval"
          label="Guided timesteps"
          text={draft.value.interval}
          error={problems.value.interval}
          hint="The first and the last of them: 100,900. Empty: all."
          onText={(interval) => set({ interval })}
        />
      )}
      {conditions.map((spec) => (
        <ConditionControl key={spec.name} spec={spec} optional={nullCondition} />
      ))}
    </>
  );
}

function ConditionControl({ spec, optional }: { spec: ConditionSpec; optional: boolean }): JSX.Element {
  const { name, min, max } = spec;
  return (
    <NumberControl
      name={`condition.${name}`}
      label={labelOf(name)}
      text={conditionText(draft.value.conditions, spec, optional)}
      error={problems.value[`condition.${name}`]}
      hint={`${min} to ${max}; several in turn with commas.${optional ? ' Empty: none.' : ''}`}
      stops={stopsOf(spec)}
      onText={(text) => set({ conditions: { ...draft.peek().conditions, [name]: text } })}
    />
  );
}

/** `bone_age` is `Bone age`. */
const labelOf = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll('_', ' ');

/** Some 40 of them, whole ones where the range has as many. */
function stopsOf({ min, max }: ConditionSpec): number[] {
  const stop = (i: number) => min + ((max - min) * i) / 40;
  const whole = max - min >= 40;
  const inner = Array.from({ length: 39 }, (_, i) =>
    whole ? Math.round(stop(i + 1)) : Number(stop(i + 1).toPrecision(3)),
  );
  return [min, ...inner.filter((value) => value > min && value < max), ...(max > min ? [max] : [])];
}
