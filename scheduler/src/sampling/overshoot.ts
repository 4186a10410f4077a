/**
 * Whether the first step of Heun's method is so long that noise comes out. From the level sigma to the next it follows the mean of the
 * slopes (x - x0) / level at both ends. Where the network sees x0 differ by d between them, x ends off by d sigma / (2 next), which
 * is d sigma / (2 next^2) of the noise that it should have there. Cosine schedules begin at 20,291, and timesteps leap from there to 13
 * in 20 steps: x is off by 62 d. Measured on models/digits: 9.9 d (50 steps) ends in noise, 2.5 d (100 steps) where other samplers do.
 */
import type { SamplerTable } from './table.ts';

/** Of d. */
const MOST = 4;

export function overshoots({ sampler, rows }: Pick<SamplerTable, 'sampler' | 'rows'>): boolean {
  const [first, second] = rows;
  // On the straight line of flow matching, levels go from 1 down.
  if (sampler !== 'heun' || !second || first!.signal === 0) return false;
  const [sigma, next] = [first!.noise / first!.signal, second.noise / second.signal];
  return sigma / (2 * next ** 2) > MOST;
}
