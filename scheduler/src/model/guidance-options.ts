/** Checks the guidance of a request against the model. */
import { refuse } from '../rules/errors.ts';
import { check, number, type Rule, rule } from '../rules/rule.ts';
import { type SamplingFacts, usualSampling } from '../sampling/distilled.ts';
import { type Guidance, LARGEST_GUIDANCE } from '../sampling/guidance.ts';
import type { SchedulerConfig } from '../schedule/config.ts';
import { lastTimestep } from '../schedule/process.ts';
import type { ConditioningFacts } from './conditioning.ts';

/** @throws InputError for a scale out of range, and for one other than 1 where the model has no null condition. */
export function guidanceScale(
  action: string,
  model: ConditioningFacts & SamplingFacts,
  asked: number | undefined,
): number {
  const scale = asked ?? usualSampling(model).guidance;
  check(action, 'guidance', number({ min: 0, max: LARGEST_GUIDANCE }), scale);
  if (scale !== 1 && !model.nullCondition) refuse(action, 'guidance', `left out or 1, ${reason(model)}`, scale);
  return scale;
}

/** Default: all timesteps. @throws InputError for no such interval, and for any where the model has no null condition. */
export function guidanceInterval(
  action: string,
  model: ConditioningFacts & { scheduler: Pick<SchedulerConfig, 'num_train_timesteps' | 'prediction_type'> },
  asked: readonly [number, number] | undefined,
): Guidance['interval'] {
  const last = lastTimestep(model.scheduler);
  if (asked === undefined) return [0, last];
  if (!model.nullCondition) refuse(action, 'the guidance interval', `left out, ${reason(model)}`, asked);
  return [...check(action, 'the guidance interval', intervalRule(last), asked)];
}

const intervalRule = (last: number): Rule<readonly [number, number]> => {
  const timestep = number({ min: 0, max: last });
  return rule(
    `two timesteps from 0 to ${last}, the lower first`,
    (value) =>
      Array.isArray(value) &&
      value.length === 2 &&
      value.every(timestep.holds) &&
      (value[0] as number) <= (value[1] as number),
  );
};

const reason = ({ classes, conditions = [], conditionImage }: ConditioningFacts) =>
  classes > 0 || conditions.length > 0 || conditionImage
    ? 'this model was always told its condition in training'
    : 'this model is unconditional';
