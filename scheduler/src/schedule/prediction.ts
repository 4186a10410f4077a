/**
 * The meaning of a network's output. Samplers see x0 and epsilon as linear functions of the noisy image x and the
 * output o, never the prediction type itself.
 *
 * Source: Ho et al. 2020, equations 4 and 15 (epsilon); Salimans & Ho 2022, appendix D (v).
 */

import { InputError } from '../rules/errors.ts';
import type { PredictionType } from './config.ts';

/** x0 = p x + q o and epsilon = m x + n o. */
export interface Prediction {
  p: number;
  q: number;
  m: number;
  n: number;
}

/** The noise level of an image at its timestep's `alphaBar`: x = signal x0 + noise epsilon. */
export const levelAt = (alphaBar: number): { signal: number; noise: number } => ({
  signal: Math.sqrt(alphaBar),
  noise: Math.sqrt(1 - alphaBar),
});

/**
 * @param alphaBar at the image's timestep, in [0, 1).
 * @throws InputError for epsilon at alphaBar = 0, because pure noise says nothing about the image.
 */
export function predictionAt(type: PredictionType, alphaBar: number): Prediction {
  const { signal, noise } = levelAt(alphaBar);
  switch (type) {
    case 'epsilon':
      if (alphaBar === 0) {
        throw new InputError(
          'Cannot sample a schedule that ends in pure noise: prediction_type must be sample or v_prediction, received "epsilon".',
        );
      }
      return { p: 1 / signal, q: -noise / signal, m: 0, n: 1 };
    case 'sample':
      return { p: 0, q: 1, m: 1 / noise, n: -signal / noise };
    case 'v_prediction':
      return { p: signal, q: -noise, m: noise, n: signal };
  }
}
