/**
 * What model_index.json says of a student that was distilled to draw in few calls: `"distilled": {"calls": 4, "guidance": 1.1}`. It
 * knows only the timesteps of its own calls, and its teacher's guidance is part of its weights.
 *
 * Source: Luhman & Luhman, "Knowledge Distillation in Iterative Generative Models" (arXiv 2101.02388).
 */
import { InputError, refuse } from '../rules/errors.ts';
import { check, integer, number, object, worded } from '../rules/rule.ts';
import type { SchedulerConfig } from '../schedule/config.ts';
import { DEFAULT_GUIDANCE, LARGEST_GUIDANCE } from './guidance.ts';
import { DEFAULT_SAMPLER, type SamplerName } from './methods/samplers.ts';
import type { Spacing } from './rows/spacing.ts';

export interface Distilled {
  /** Of the network, for a picture. */
  calls: number;
  /** Scale that the weights have built in; 1: none. */
  guidance: number;
}

/** What decides how a model is sampled where nobody asks for more. */
export interface SamplingFacts {
  scheduler: Pick<SchedulerConfig, 'num_train_timesteps'>;
  /** Absent for a model that was not distilled. */
  distilled?: Distilled | undefined;
  nullCondition?: boolean | undefined;
}

/** Default steps where the schedule is long enough. Chosen by measurement, for flow matching too: docs/sampling/samplers.md. */
export const USUAL_STEPS = 20;

/** The sampler of a student. */
export const STUDENT_SAMPLER = 'ddim' satisfies SamplerName;

/** The sampler by which a teacher draws: of those without fresh noise, the best in few steps. */
export const TEACHER_SAMPLER = 'dpmpp_2m' satisfies SamplerName;

/** Sampling where nothing else is asked for. */
export interface UsualSampling {
  sampler: SamplerName;
  /** 20, or T - 1 if that is less, since the default sampler needs a timestep more than steps; the calls of a student. */
  steps: number;
  /** 1: none. */
  guidance: number;
}

export function usualSampling({ scheduler, distilled, nullCondition = false }: SamplingFacts): UsualSampling {
  if (distilled) return { sampler: STUDENT_SAMPLER, steps: distilled.calls, guidance: 1 };
  const { num_train_timesteps: T } = scheduler;
  return {
    sampler: DEFAULT_SAMPLER,
    steps: Math.max(1, Math.min(USUAL_STEPS, T - 1)),
    guidance: nullCondition ? DEFAULT_GUIDANCE : 1,
  };
}

/** @throws InputError for another sampler, other or otherwise spaced steps, or guidance where the model is a student */
export function checkDistilled(
  action: string,
  { distilled }: SamplingFacts,
  { sampler, steps, guidance, spacing = 'model' }: UsualSampling & { spacing?: Spacing | undefined },
): void {
  if (!distilled) return;
  const { calls } = distilled;
  const why = `as this model was distilled to draw in ${calls} ${calls === 1 ? 'call' : 'calls'}`;
  if (steps !== calls) refuse(action, 'steps', `${calls} or left out, ${why}`, steps);
  if (sampler !== STUDENT_SAMPLER) refuse(action, 'sampler', `${STUDENT_SAMPLER} or left out, ${why}`, sampler);
  if (spacing !== 'model') refuse(action, 'spacing', `model or left out, ${why}`, spacing);
  if (guidance !== 1) {
    refuse(
      action,
      'guidance',
      `left out or 1, as this model has a guidance of ${distilled.guidance} built in`,
      guidance,
    );
  }
}

/**
 * @param index parsed model_index.json @param timesteps of the schedule
 * @returns undefined for a model that was not distilled @throws InputError for anything else than calls and guidance
 */
export function distilledOf(
  action: string,
  { distilled = null }: Record<string, unknown>,
  timesteps: number,
): Distilled | undefined {
  if (distilled === null) return undefined;
  const name = 'distilled of model_index.json';
  const {
    calls,
    guidance = 1,
    ...others
  } = check(action, name, worded('an object of calls and guidance', object), distilled);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new InputError(`Cannot ${action}: ${name} must have calls and guidance alone, received ${unknown}.`);
  return {
    calls: check(action, `calls of ${name}`, integer(1, timesteps), calls),
    guidance: check(action, `guidance of ${name}`, number({ min: 0, max: LARGEST_GUIDANCE }), guidance),
  };
}
