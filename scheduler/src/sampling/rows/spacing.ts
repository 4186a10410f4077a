/** How the steps of a sampler are spread over the schedule: the model's own way, or one that is asked for. */
import { refuse } from '../../rules/errors.ts';
import { type SchedulerConfig, TIMESTEP_SPACINGS } from '../../schedule/config.ts';
import { isStraight } from '../../schedule/process.ts';
import type { ChoiceOption } from './record.ts';

const ACTION = 'compile the sampler';

export const SPACINGS = ['model', ...TIMESTEP_SPACINGS, 'karras', 'exponential'] as const;

/** `model`: what the model's configuration says. The last two spread noise levels, the ones before timesteps. */
export type Spacing = (typeof SPACINGS)[number];

export const spacing: ChoiceOption<Spacing> = {
  label: 'Spacing',
  describe:
    'How steps are spaced: as the model says, evenly in timesteps (leading, linspace, trailing), or by noise level (karras, exponential)',
  default: 'model',
  choices: SPACINGS,
};

/** The configuration with the spacing that is asked for; exact for samplers of noise levels. */
export function withSpacing(config: SchedulerConfig, asked: Spacing): SchedulerConfig {
  if (asked === 'model') return config;
  const sigmas = {
    use_karras_sigmas: asked === 'karras',
    use_exponential_sigmas: asked === 'exponential',
    use_beta_sigmas: false,
  };
  if (isStraight(config)) {
    if (asked !== 'leading' && asked !== 'trailing') return { ...config, ...sigmas };
    refuse(ACTION, 'spacing', 'one of model, linspace, karras, exponential for a model of flow matching', asked);
  }
  const timesteps = asked === 'karras' || asked === 'exponential' ? {} : { timestep_spacing: asked };
  return { ...config, ...timesteps, ...sigmas };
}

/** The same for samplers that visit timesteps alone, on a chain of betas. @throws InputError for noise levels there. */
export function withTimestepSpacing(config: SchedulerConfig, asked: Spacing, sampler: string): SchedulerConfig {
  if (!isStraight(config) && (asked === 'karras' || asked === 'exponential')) {
    const rule = `one of model, ${TIMESTEP_SPACINGS.join(', ')} with sampler ${sampler}`;
    refuse(ACTION, 'spacing', rule, asked);
  }
  return withSpacing(config, asked);
}
