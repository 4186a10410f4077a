/** What to sample: pictures, steps, the sampler and its options, seed and classes. */

import {
  type NumberOption,
  optionsOfSampler,
  SAMPLER_NAMES,
  SAMPLER_OPTIONS,
  type SamplerName,
  type SamplerOptionName,
  type SchedulerConfig,
  samplerRecord,
} from '@onnoise/scheduler';
import type { ConditionSpec, Distilled } from '@onnoise/scheduler/model';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { classesLabel, conditionWords, tidy } from '../../../components/condition-words.ts';
import { Select } from '../../../components/field.tsx';
import { useWork } from '../../../components/later.tsx';
import type { Pause } from '../../../state/tasks.ts';
import { conditionText, unknownConditions } from '../state/fields.ts';
import { fits, optionHint, samplerHint } from '../state/pace.ts';
import { LARGEST_COUNT, rollSeed, stepsHint, studentWords, toggleLabel } from '../state/parameters.ts';
import { change, checked, draft, info, problems, refusals } from '../state/state.ts';
import { DraftControl, NumberControl } from './number-control.tsx';

/** The choice of classes of a conditional model, used in turn in the order of choice. */
function ClassChips({ onChange }: { onChange: (labels: readonly number[]) => void }) {
  const id = useId();
  const { labels } = draft.value;
  const error = problems.value.labels;
  const names = classNames();
  if (names.length === 0 && !error) return null;
  return (
    <fieldset class="sample-classes grid top slim gap-4" aria-describedby={error ? `${id}-error` : undefined}>
      <legend>{classesLabel(names)}</legend>
      <div class="sample-chips gap-8">
        <Chip on={labels.length === 0} onClick={() => onChange([])}>
          all in turn
        </Chip>
        {names.map((name, label) => (
          <Chip key={String(label)} on={labels.includes(label)} onClick={() => onChange(toggleLabel(labels, label))}>
            {name}
          </Chip>
        ))}
      </div>
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function classNames(): string[] {
  const { classes = 0, classNames = [] } = info.value ?? {};
  return Array.from({ length: classes }, (_, label) => classNames[label] ?? String(label));
}

function Chip({ on, onClick, children }: { on: boolean; onClick: () => void; children: string }) {
  return (
    <button type="button" class="sample-chip number" aria-pressed={on} onClick={onClick}>
      {children}
    </button>
  );
}

/** What the network is told besides a class: numbers, and how far to go with all of it. */

/** Denser where guidance is light, as it is by default. */
const SCALES = [0, 0.5, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20];

const GUIDED = '1 is as trained. More keeps closer to what is asked for, and pictures become more alike.';
const NOT_GUIDED = 'This model was always told its conditions in training, so there is nothing to guide away from.';

/** How far to go with what the network is told; nothing for an unconditional model or a student, and before one is loaded. */
function GuidanceControls() {
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
function Conditions() {
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

function ConditionControl({ spec, optional }: { spec: ConditionSpec; optional: boolean }) {
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

const COUNTS = Array.from({ length: LARGEST_COUNT }, (_, i) => i + 1);
/** 21 of them, from end to end. */
const optionStops = ({ min, max }: NumberOption) => Array.from({ length: 21 }, (_, i) => min + ((max - min) * i) / 20);
/** Denser at the low end, where each step matters most. */
const STEPS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750];

/** Brings the first wrong field into view: it may be far from the button. */
function showMistake(form: HTMLFormElement): void {
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus({ preventScroll: true });
  form.querySelector('.field-error')?.scrollIntoView({ block: 'center' });
}

interface OptionControlProps {
  name: SamplerOptionName;
  sampler: SamplerName;
  /** Of the model; undefined before it is known. */
  scheduler: SchedulerConfig | undefined;
}

function OptionControl({ name, sampler, scheduler }: OptionControlProps) {
  const option = SAMPLER_OPTIONS[name];
  const error = problems.value[name];
  const shared = { label: option.label, error, hint: error ? undefined : optionHint(option) };
  if ('choices' in option) {
    return (
      <Select<string>
        {...shared}
        value={draft.value[name]}
        options={option.choices.map((value) => {
          const takes = fits(scheduler, sampler, { [name]: value });
          return {
            value,
            label: takes ? value : `${value} (not with ${samplerRecord(sampler).label})`,
            disabled: !takes,
          };
        })}
        onChange={(value) => change({ [name]: value })}
      />
    );
  }
  return <DraftControl {...shared} name={name} stops={optionStops(option)} />;
}

/** In place of the steps and the sampler of a student, which has its own. */
const Calls = ({ distilled }: { distilled: Distilled }) => (
  <div class="field">
    <p class="field-head sample-calls small">
      <span>Network calls</span>
      <span class="field-aside number">{distilled.calls}</span>
    </p>
    <p class="field-hint">{studentWords(distilled)}</p>
  </div>
);

/** A sampler that the model cannot use says so, for instance where the model predicts noise and ends in pure noise. */
async function samplerChoices(scheduler: SchedulerConfig, pause: Pause) {
  const choices = [];
  for (const value of SAMPLER_NAMES) {
    choices.push(samplerChoice(value, fits(scheduler, value)));
    await pause();
  }
  return { scheduler, choices };
}

function samplerChoice(value: SamplerName, takes = true) {
  const { label } = samplerRecord(value);
  return { value, label: takes ? label : `${label} (not with this model)`, disabled: !takes };
}

/** Before a model is known. */
const ALL = { scheduler: undefined, choices: SAMPLER_NAMES.map((name) => samplerChoice(name)) };

export function Controls() {
  const { sampler, seed } = draft.value;
  const chosen = SAMPLER_NAMES.find((name) => name === sampler); // a link may name another
  const wrong = problems.value;
  const parameters = 'parameters' in checked.value ? checked.value.parameters : undefined;
  const form = useRef<HTMLFormElement>(null);
  const refused = refusals.value;
  useEffect(() => {
    if (refused > 0) showMistake(form.current!);
  }, [refused]);
  const T = info.value?.scheduler.num_train_timesteps ?? 1000;
  const distilled = info.value?.distilled;
  const known = useWork(info.value?.scheduler, samplerChoices);
  const { scheduler, choices } = (info.value && known) || ALL;
  const hint = useMemo(() => chosen && samplerHint(chosen, scheduler, parameters), [chosen, scheduler, parameters]);
  return (
    <Card title="Settings" class="sample-settings">
      <form class="sample-form grid" ref={form} onSubmit={(event) => event.preventDefault()}>
        <div class="sample-told grid top">
          <ClassChips onChange={(labels) => change({ labels })} />
          <Conditions />
        </div>
        <DraftControl name="count" label="Pictures" stops={COUNTS} />
        {distilled ? (
          <Calls distilled={distilled} />
        ) : (
          <DraftControl
            name="steps"
            label="Steps"
            hint={stepsHint(T)}
            stops={[...STEPS.filter((stop) => stop < T), T]}
          />
        )}
        <DraftControl
          name="seed"
          label="Seed"
          hint="The same seed gives the same pictures, here and in Node."
          after={<Button icon="dice" label="Roll another seed" onClick={() => change({ seed: rollSeed(seed) })} />}
        />
        <div class="sample-sampler grid top">
          {!distilled && (
            <>
              <Select<SamplerName>
                label="Sampler"
                value={sampler as SamplerName}
                options={choices}
                hint={hint}
                error={wrong.sampler}
                onChange={(sampler) => change({ sampler })}
              />
              {(chosen ? optionsOfSampler(chosen) : []).map((name) => (
                <OptionControl key={name} name={name} sampler={chosen!} scheduler={scheduler} />
              ))}
            </>
          )}
          <GuidanceControls />
        </div>
      </form>
    </Card>
  );
}
