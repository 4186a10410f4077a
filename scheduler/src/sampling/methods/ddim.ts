/**
 * DDIM. Song et al. 2021, equations 12 and 16.
 *
 * As in diffusers' DDIMScheduler, the previous timestep is t - floor(T / steps) for any spacing, and epsilon belongs to
 * x0 before clipping.
 */

import { refuse } from '../../rules/errors.ts';
import { levelAt, predictionAt } from '../../schedule/prediction.ts';
import { spacedTimesteps } from '../../schedule/timesteps.ts';
import type { NumberOption, SamplerRecord } from '../rows/record.ts';
import { spacing, withTimestepSpacing } from '../rows/spacing.ts';

/** The noise: the factor of sigma_t in equation 16. */
const eta: NumberOption = {
  label: 'Eta',
  describe: "ddim's fresh noise, from 0 (none) to 1 (ddpm's)",
  default: 0,
  min: 0,
  max: 1,
};

export const ddim: SamplerRecord<'ddim', { spacing: typeof spacing; eta: typeof eta }> = {
  name: 'ddim',
  label: 'DDIM',
  hint: 'Adds no noise at eta 0, so few steps go far; at eta 1 as much as DDPM.',
  diffusers: 'DDIMScheduler',
  identities: [{ settings: {}, keys: {} }],
  order: 1,
  calls: 1,
  noise: false,
  options: { spacing, eta },

  compile(given, schedule, steps, { spacing, eta }) {
    const config = withTimestepSpacing(given, spacing, 'ddim');
    const jump = Math.floor(schedule.T / steps);
    if (schedule.alphaBar[0] === 0 && !config.set_alpha_to_one) {
      const rule = 'true for a schedule whose only timestep is pure noise: the picture would be that noise';
      refuse('compile the sampler', 'set_alpha_to_one', rule, false);
    }
    const alphaBarFinal = config.set_alpha_to_one ? 1 : schedule.alphaBar[0]!;
    const rows = Array.from(spacedTimesteps(config, steps), (timestep) => {
      const previous = timestep - jump;
      const alphaBar = schedule.alphaBar[timestep]!;
      const alphaBarPrevious = previous >= 0 ? schedule.alphaBar[previous]! : alphaBarFinal;

      // x0 and epsilon from the network's output
      const { p, q, m, n } = predictionAt(config.prediction_type, alphaBar);

      // sigma_t, equation 16
      const variance = ((1 - alphaBarPrevious) / (1 - alphaBar)) * (1 - alphaBar / alphaBarPrevious);
      const D = eta * Math.sqrt(variance);

      // x_{t-1} = sqrt(alphaBarPrevious) x0 + direction epsilon + sigma z, equation 12
      const direction = Math.sqrt(Math.max(1 - alphaBarPrevious - D * D, 0));
      const B = Math.sqrt(alphaBarPrevious);
      return {
        timestep,
        ...levelAt(alphaBar),
        p,
        q,
        A: direction * m,
        E: direction * n,
        B,
        C: 0,
        F: 0,
        D,
        y: undefined,
      };
    });
    return { start: 1, rows };
  },
};
