/**
 * The space that samplers of noise levels work in. The picture there is X = share x0 + sigma z, and the slope of the
 * probability flow is dX / dsigma = (X - x0) / sigma, in each of them; the model's picture is x = scale X.
 *
 *     exploding   share 1, scale 1 / sqrt(1 + sigma^2): for a model that keeps the variance
 *     straight    share 1 - sigma, scale 1: for a model of flow matching, whose pictures lie on a line
 *
 * Source: Karras et al. 2022, equations 1 and 4 (exploding); Lipman et al. 2023, equations 20 to 23 (straight).
 */
import type { SchedulerConfig } from '../../schedule/config.ts';
import { type Level, levelAt, type Prediction, predictionAt } from '../../schedule/prediction.ts';
import { isStraight } from '../../schedule/process.ts';

/** Functions of a noise level sigma. */
export interface Space {
  /** The share of the image in X. */
  shareAt(sigma: number): number;
  /** x / X. */
  scaleAt(sigma: number): number;
  /** Of x. */
  levelAt(sigma: number): Level;
  /** x0 and epsilon of x and of what the network says. */
  predictionAt(sigma: number): Prediction;
}

type Target = Pick<SchedulerConfig, 'prediction_type' | 'invert_sigmas'>;

const exploding = ({ prediction_type }: Target): Space => {
  const scaleAt = (sigma: number) => 1 / Math.sqrt(1 + sigma * sigma);
  return {
    shareAt: () => 1,
    scaleAt,
    levelAt: (sigma) => ({ signal: scaleAt(sigma), noise: sigma * scaleAt(sigma) }),
    predictionAt: (sigma) => predictionAt(prediction_type, levelAt(scaleAt(sigma) * scaleAt(sigma))),
  };
};

const straight = ({ prediction_type, invert_sigmas }: Target): Space => {
  const level = (sigma: number) => ({ signal: 1 - sigma, noise: sigma });
  return {
    shareAt: (sigma) => 1 - sigma,
    scaleAt: () => 1,
    levelAt: level,
    predictionAt(sigma) {
      const { p, q, m, n } = predictionAt(prediction_type, level(sigma));
      // A network whose time runs from noise to the picture says the velocity of that direction.
      return invert_sigmas ? { p, q: -q, m, n: -n } : { p, q, m, n };
    },
  };
};

export const spaceOf = (config: SchedulerConfig): Space => (isStraight(config) ? straight(config) : exploding(config));
