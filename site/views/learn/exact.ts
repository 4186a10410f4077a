/** The schedule of figures whose network is a formula: it says the picture, of points that lie anywhere. */
import { parseSchedulerConfig } from '@onnoise/scheduler';

export const EXACT = parseSchedulerConfig({
  num_train_timesteps: 1000,
  beta_schedule: 'squaredcos_cap_v2',
  beta_start: 0.0001,
  beta_end: 0.02,
  prediction_type: 'sample',
  clip_sample: false,
  timestep_spacing: 'trailing',
});
