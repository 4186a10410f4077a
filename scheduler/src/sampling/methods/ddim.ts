/**
 * DDIM. Song et al. 2021, equations 12 and 16.
 *
 * As in diffusers' DDIMScheduler, epsilon belongs to x0 before clipping.
 */
import { ddimSteps } from '../rows/ddim-steps.ts';
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
  line: null,
  identities: [{ settings: {}, keys: {} }],
  order: 1,
  calls: 1,
  noise: false,
  options: { spacing, eta },

  compile(given, schedule, steps, { spacing, eta }) {
    const config = withTimestepSpacing(given, spacing, 'ddim');
    const rows = ddimSteps(config, schedule, steps).map(({ timestep, from, to, prediction: { p, q, m, n } }) => {
      // sigma_t, equation 16
      const variance = ((1 - to.alphaBar) / (1 - from.alphaBar)) * (1 - from.alphaBar / to.alphaBar);
      const sigma = eta * Math.sqrt(variance);

      // x_{t-1} = sqrt(alphaBarPrevious) x0 + direction epsilon + sigma z, equation 12, in the scale of the model
      const direction = to.scale * Math.sqrt(Math.max(1 - to.alphaBar - sigma * sigma, 0));
      return {
        timestep,
        ...from.level,
        p,
        q,
        A: direction * m,
        E: direction * n,
        B: to.level.signal,
        C: 0,
        F: 0,
        D: to.scale * sigma,
        y: undefined,
      };
    });
    return { start: 1, rows };
  },
};
