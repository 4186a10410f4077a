/** What the network is told besides a class: numbers, and how far to go with all of it. */
import type { ConditionSpec } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';
import { conditionWords, tidy } from '../../../components/condition-words.ts';
import { conditionText, unknownConditions } from '../state/condition-draft.ts';
import { change, draft, info, problems } from '../state/state.ts';
import { DraftControl, NumberControl } from './number-control.tsx';

/** Denser where guidance is light, as it is by default. */
const SCALES = [0, 0.5, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20];

const GUIDED = '1 is as trained. More keeps closer to what is asked for, and pictures become more alike.';
const NOT_GUIDED = 'This model was always told its conditions in training, so there is nothing to guide away from.';

/** How far to go with what the network is told; nothing for an unconditional model or a student, and before one is loaded. */
export function GuidanceControls(): JSX.Element | null {
  const { classes = 0, conditions = [], conditionImage, nullCondition = false, distilled } = info.value ?? {};
  if ((classes === 0 && conditions.length === 0 && !conditionImage) || distilled) return null;
  return (
    <>
      <DraftControl
        name="guidance"
        label="Guidance"
        text={nullCondition ? draft.value.guidance : '1'}
        hint={nullCondition ? GUIDED : NOT_GUIDED}
        stops={SCALES}
        disabled={!nullCondition}
      />
      {nullCondition && (
        <DraftControl
          name="interval"
          label="Guided timesteps"
          hint="The first and the last of them: 100,900. Empty: all."
        />
      )}
    </>
  );
}

/** The numbers to tell it; what a link asks for and the model does not have is said. */
export function Conditions(): JSX.Element | null {
  const { conditions = [], nullCondition = false } = info.value ?? {};
  const unknown = info.value ? unknownConditions(draft.value.conditions, conditions) : [];
  return (
    <>
      {unknown.map((name) => (
        <p key={name} class="field-error" role="alert">
          {problems.value[`condition.${name}`]}
        </p>
      ))}
      {conditions.map((spec) => (
        <ConditionControl key={spec.name} spec={spec} optional={nullCondition} />
      ))}
    </>
  );
}

function ConditionControl({ spec, optional }: { spec: ConditionSpec; optional: boolean }): JSX.Element {
  const { name, min, max } = spec;
  const { label, unit, say } = conditionWords(name);
  const text = conditionText(draft.value.conditions, spec, optional);
  const said =
    unit !== undefined && text.trim() !== '' && Number.isFinite(Number(text)) ? `${say(Number(text))}. ` : '';
  return (
    <NumberControl
      name={`condition.${name}`}
      label={label}
      text={text}
      error={problems.value[`condition.${name}`]}
      hint={`${said}${min} to ${max}${unit === undefined ? '' : ` ${unit}`}; several in turn with commas; ${min}..${max}: from end to end.${optional ? ' Empty: none.' : ''}`}
      stops={stopsOf(spec)}
      say={say}
      onText={(text) => change({ conditions: { ...draft.peek().conditions, [name]: text } })}
    />
  );
}

/** Some 40 of them, whole ones where the range has as many. */
function stopsOf({ min, max }: ConditionSpec): number[] {
  const inner = Array.from({ length: 39 }, (_, i) => tidy(min + ((max - min) * (i + 1)) / 40, max - min));
  return [min, ...inner.filter((value) => value > min && value < max), ...(max > min ? [max] : [])];
}
