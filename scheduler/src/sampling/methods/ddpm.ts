/**
 * DDPM, ancestral sampling. Ho et al. 2020, algorithm 2 and equations 6 and 7; with fewer steps than T, alpha and beta are
 * those of the jump from t to the next visited timestep, as in diffusers' DDPMScheduler. Flow matching has no such chain: there
 * DDIM with eta 1 draws as much noise.
 */
import { levelAt, predictionAt } from '../../schedule/prediction.ts';
import { spacedTimesteps } from '../../schedule/timesteps.ts';
import type { SamplerRecord } from '../rows/record.ts';
import { spacing, withTimestepSpacing } from '../rows/spacing.ts';

export const ddpm: SamplerRecord<'ddpm', { spacing: typeof spacing }> = {
  name: 'ddpm',
  label: 'DDPM',
  hint: 'Adds a little fresh noise at every step.',
  diffusers: 'DDPMScheduler',
  line: false,
  identities: [{ settings: {}, keys: {} }],
  order: 1,
  calls: 1,
  noise: true,
  options: { spacing },

  compile(given, schedule, steps, options) {
    const config = withTimestepSpacing(given, options.spacing, 'ddpm');
    const timesteps = spacedTimesteps(config, steps);
    const rows = Array.from(timesteps, (timestep, i) => {
      const previous = timesteps[i + 1];
      const alphaBar = schedule.alphaBar[timestep]!;
      const alphaBarPrevious = previous === undefined ? 1 : schedule.alphaBar[previous]!;
      const alpha = alphaBar / alphaBarPrevious;
      const beta = 1 - alpha;

      // x0 from the network's output
      const { p, q } = predictionAt(config.prediction_type, levelAt(alphaBar));

      // mean of q(x_{t-1} | x_t, x0), equation 7
      const A = (Math.sqrt(alpha) * (1 - alphaBarPrevious)) / (1 - alphaBar);
      const B = (Math.sqrt(alphaBarPrevious) * beta) / (1 - alphaBar);

      // its variance, or beta; no noise on the image itself
      const small = Math.max(((1 - alphaBarPrevious) / (1 - alphaBar)) * beta, 1e-20);
      const D = timestep === 0 ? 0 : Math.sqrt(config.variance_type === 'fixed_small' ? small : beta);

      return { timestep, ...levelAt(alphaBar), p, q, A, E: 0, B, C: 0, F: 0, D, y: undefined };
    });
    return { start: 1, rows };
  },
};
