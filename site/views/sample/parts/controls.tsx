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
import type { Distilled } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { useWork } from '../../../components/later.tsx';
import { Select } from '../../../components/select.tsx';
import type { Pause } from '../../../state/tasks.ts';
import { fits, optionHint, samplerHint } from '../state/option-words.ts';
import { LARGEST_COUNT, rollSeed, stepsHint, studentWords } from '../state/parameters.ts';
import { change, checked, draft, info, problems, refusals } from '../state/state.ts';
import { ClassChips } from './class-chips.tsx';
import { Conditions, GuidanceControls } from './conditions.tsx';
import { DraftControl } from './number-control.tsx';

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

function OptionControl({ name, sampler, scheduler }: OptionControlProps): JSX.Element {
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
const Calls = ({ distilled }: { distilled: Distilled }): JSX.Element => (
  <div class="field">
    <p class="field-head sample-calls">
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

export function Controls(): JSX.Element {
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
      <form class="sample-form" ref={form} onSubmit={(event) => event.preventDefault()}>
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
