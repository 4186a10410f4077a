/**
 * The optimizers by their settings, and the scalars of a step, computed in float64: every engine gets the same ones.
 *
 * Adam and AdamW have PyTorch's arithmetic. With s = sqrt(1 - b2^n) and n = 1 for the first update, a step needs
 * lr s / (1 - b1^n) and eps s. Source: Kingma & Ba, "Adam" (arXiv 1412.6980), end of section 2.
 */

export const OPTIMIZER_NAMES = ['adam', 'adamw', 'muon'] as const;
export type OptimizerName = (typeof OPTIMIZER_NAMES)[number];

/**
 * | name        | PyTorch's default | meaning                                                         |
 * | optimizer   |                   | `adam` adds decay to the gradient, `adamw` and `muon` shrink the weight itself |
 * | betas       | [0.9, 0.999]      | memory of the first and second moment                           |
 * | eps         | 1e-8              | added to the root of the second moment                          |
 * | weightDecay | 0 (adamw: 0.01)   | 0 is off                                                        |
 */
export interface AdamOptions {
  optimizer: OptimizerName;
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
}

/** The scalars of one step, in float64; `stepScalars` makes the step's inputs from them. */
export interface StepScalars {
  /** 1 for the first update: the power of Adam's bias corrections. */
  step: number;
  lr: number;
  /** Share of the old average that stays, 0 to 1. */
  emaDecay: number;
}

/** Whether weight decay shrinks the weights themselves. */
export const shrinks = ({ optimizer, weightDecay }: AdamOptions): boolean => optimizer !== 'adam' && weightDecay > 0;

/** The step's scalars, in float64. `step` is 1 for the first update. */
export function adamScalars(
  { betas, eps, weightDecay }: AdamOptions,
  step: number,
  lr: number,
): { stepSize: number; epsilon: number; weightFactor: number } {
  const rootCorrection = Math.sqrt(1 - betas[1] ** step);
  return {
    stepSize: (lr * rootCorrection) / (1 - betas[0] ** step),
    epsilon: eps * rootCorrection,
    weightFactor: 1 - lr * weightDecay,
  };
}

/** The names of the scalars that a step takes, in the order of its inputs. @param ema whether averages are kept */
export function scalarNames(options: AdamOptions & { ema: boolean }): string[] {
  return [
    'stepSize',
    'epsilon',
    ...(shrinks(options) ? ['weightFactor'] : []),
    ...(options.optimizer === 'muon' ? ['lr'] : []),
    ...(options.ema ? ['emaRate'] : []),
  ];
}

/** The scalars as inputs of a step, by their names. */
export function stepScalars(
  options: AdamOptions & { ema: boolean },
  { step, lr, emaDecay }: StepScalars,
): Record<string, Float32Array> {
  const values: Record<string, number> = {
    ...adamScalars(options, step, lr),
    lr,
    emaRate: 1 - emaDecay,
  };
  return Object.fromEntries(scalarNames(options).map((name) => [name, Float32Array.of(values[name]!)]));
}

/**
 * The decay of the averaged weights, with a warm-up so that the first, random weights are soon forgotten, as in TensorFlow's
 * `ExponentialMovingAverage(num_updates)`. `updates` counts the averages made before this one: 0 for the first.
 */
export function emaDecayAt(updates: number, decay: number): number {
  return Math.min(decay, (1 + updates) / (10 + updates));
}
