/**
 * Which of the T trained timesteps a sampler with fewer steps visits.
 *
 * Source: Lin et al. 2023, table 2, with the rounding of diffusers and numpy (halves to even), so that both visit the
 * same timesteps for every T and number of steps. One exception: if rounding makes numpy's arange one element too long
 * (as for trailing, 7 of 300), diffusers adds a step at timestep -1, and this does not.
 */

import { refuse } from '../rules/errors.ts';
import { checkInteger } from '../rules/rule.ts';
import type { SchedulerConfig } from './config.ts';

const ACTION = 'choose timesteps';

type Spacing = Pick<SchedulerConfig, 'num_train_timesteps' | 'timestep_spacing' | 'steps_offset'>;

/**
 * `steps` timesteps in the order of sampling, largest first.
 *
 * leading: 0, r, 2r ... (+ steps_offset) with r = floor(T / steps). linspace: evenly from 0 to T - 1. trailing: T - 1,
 * T - 1 - r ... with r = T / steps.
 *
 * @throws InputError if steps is not in 1..T, or steps_offset pushes a timestep past T - 1.
 */
export function spacedTimesteps(config: Spacing, steps: number): Int32Array {
  const { num_train_timesteps: T, timestep_spacing: spacing, steps_offset: offset } = config;
  checkInteger(ACTION, 'steps', steps, 1, T);
  const rising = (timestepOf: (i: number) => number) =>
    Int32Array.from({ length: steps }, (_, i) => timestepOf(steps - 1 - i));
  switch (spacing) {
    case 'leading': {
      const ratio = Math.floor(T / steps);
      const last = (steps - 1) * ratio + offset;
      if (last > T - 1) {
        refuse(ACTION, 'steps_offset', `at most ${T - 1 - (last - offset)} with ${steps} steps of ${T}`, offset);
      }
      return rising((i) => i * ratio + offset);
    }
    case 'linspace': {
      const stride = (T - 1) / (steps - 1);
      return rising((i) => (i === 0 ? 0 : i === steps - 1 ? T - 1 : roundHalfToEven(i * stride)));
    }
    case 'trailing': {
      // numpy's arange steps by the rounded difference of its first two values.
      const stride = T - T / steps - T;
      return Int32Array.from({ length: steps }, (_, i) => roundHalfToEven(T + i * stride) - 1);
    }
  }
}

/** Rounds as numpy does. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
