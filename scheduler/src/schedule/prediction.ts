/**
 * The meaning of a network's output. Samplers see x0 and epsilon as linear functions of the noisy image x and the
 * output o, never the prediction type itself.
 *
 * Source: Ho et al. 2020, equations 4 and 15 (epsilon); Salimans & Ho 2022, appendix D (v, at levels that keep the
 * variance); Lipman et al. 2023, equation 23 (flow, at levels on a straight line).
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

/** The noise level of an image: x = signal x0 + noise epsilon. */
export interface Level {
  /** 0 to 1. */
  signal: number;
  /** 0 to 1. */
  noise: number;
}

/** The level of a process that keeps the variance. @param alphaBar in [0, 1] */
export const levelAt = (alphaBar: number): Level => ({ signal: Math.sqrt(alphaBar), noise: Math.sqrt(1 - alphaBar) });

/**
 * @param level of the image, whose noise is above 0.
 * @throws InputError for epsilon without signal, because pure noise says nothing about the image.
 */
export function predictionAt(type: PredictionType, { signal, noise }: Level): Prediction {
  switch (type) {
    case 'epsilon':
      if (signal === 0) {
        throw new InputError(
          'Cannot sample a schedule that ends in pure noise: prediction_type must be sample or v_prediction, received "epsilon".',
        );
      }
      return { p: 1 / signal, q: -noise / signal, m: 0, n: 1 };
    case 'sample':
      return { p: 0, q: 1, m: 1 / noise, n: -signal / noise };
    case 'v_prediction':
      return { p: signal, q: -noise, m: noise, n: signal };
    case 'flow_prediction':
      return { p: 1, q: -noise, m: 1, n: signal };
  }
}
