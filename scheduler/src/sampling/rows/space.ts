/**
 * The space that samplers of noise levels work in. The picture there is X = share x0 + sigma z, and the slope of the
 * probability flow is dX / dsigma = (X - x0) / sigma; the model's picture is x = scale X.
 *
 *     exploding   share 1, scale 1 / sqrt(1 + sigma^2): for a model that keeps the variance
 *
 * Source: Karras et al. 2022, equations 1 and 4.
 */
import type { SchedulerConfig } from '../../schedule/config.ts';
import { type Level, levelAt, type Prediction, predictionAt } from '../../schedule/prediction.ts';

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

type Target = Pick<SchedulerConfig, 'prediction_type'>;

const exploding = ({ prediction_type }: Target): Space => {
  const scaleAt = (sigma: number) => 1 / Math.sqrt(1 + sigma * sigma);
  return {
    shareAt: () => 1,
    scaleAt,
    levelAt: (sigma) => ({ signal: scaleAt(sigma), noise: sigma * scaleAt(sigma) }),
    predictionAt: (sigma) => predictionAt(prediction_type, levelAt(scaleAt(sigma) * scaleAt(sigma))),
  };
};

export const spaceOf = (config: Target): Space => exploding(config);
