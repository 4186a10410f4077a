/** DDIM backwards part of the way to noise, and forwards again: Song et al. 2021, section 4.3. */
import type { SchedulerConfig } from '../schedule/config.ts';
import { compileInverse, type InverseTable } from './ddim-inverse.ts';
import { compileSampler, type SamplerTable } from './table.ts';

export interface RoundTrip {
  /** From the picture to where `down` starts. */
  up: InverseTable;
  down: SamplerTable;
}

/**
 * @param steps of the whole way, 1 to num_train_timesteps
 * @param strength how much of it, above 0 to 1: the last floor(steps strength), at least 1
 * @throws InputError as `compileInverse` and `compileSampler` do
 */
export function compileRoundTrip(
  config: SchedulerConfig,
  { steps, strength }: { steps: number; strength: number },
): RoundTrip {
  const down = compileSampler(config, { sampler: 'ddim', steps, strength });
  const up = compileInverse(config, { steps });
  return { down, up: { ...up, rows: up.rows.slice(0, down.rows.length) } };
}
