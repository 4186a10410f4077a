/** The two processes that noise an image: a chain of betas, and the straight line of flow matching. */

interface Target {
  prediction_type: string;
}

/** Whether images are noised on a straight line, x = (1 - sigma) x0 + sigma epsilon. */
export const isStraight = ({ prediction_type }: Target): boolean => prediction_type === 'flow_prediction';

/** The last timestep that a network may be asked about: pure noise has timestep T on a straight line. */
export const lastTimestep = (config: Target & { num_train_timesteps: number }): number =>
  isStraight(config) ? config.num_train_timesteps : config.num_train_timesteps - 1;

/** How many whole timesteps a network may be asked about: its `num_train_timesteps`. */
export const timestepsTold = (config: Target & { num_train_timesteps: number }): number => lastTimestep(config) + 1;

/** Keys of a configuration that say something of a chain of betas alone. */
export const OF_BETAS = [
  ...(['beta_start', 'beta_end', 'beta_schedule', 'trained_betas', 'rescale_betas_zero_snr', 'variance_type'] as const),
  ...(['timestep_spacing', 'steps_offset', 'set_alpha_to_one'] as const),
] as const;

/** Those of a straight line alone. */
export const OF_STRAIGHT = ['shift', 'shift_terminal', 'invert_sigmas', 'use_beta_sigmas'] as const;

/** Keys that spread noise levels, of which one at most is true. */
export const LEVEL_KEYS = ['use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas'] as const;
