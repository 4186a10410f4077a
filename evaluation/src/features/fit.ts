/** Trains a small network to its end: batches in, weights out. The learning rate falls from its value to 0 as a cosine. */
import { InputError } from '@onnoise/scheduler/rules';
import { createOnnxruntimeEngine } from '@onnoise/training/engines';
import { parametersOf, type StepInputs, type TrainStep } from '@onnoise/training/step';

interface FitOptions {
  step: TrainStep;
  /** In PyTorch's order. */
  parameters: ReadonlyMap<string, Float32Array>;
  steps: number;
  lr: number;
  /** The inputs of step `number`, from 0, without its scalars. */
  batch(number: number): Promise<StepInputs> | StepInputs;
  /** After each step; `done` counts from 1. */
  onStep?: ((done: number, loss: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * @returns the trained parameters.
 * @throws InputError when the loss is NaN or infinite; the signal's reason when it is aborted.
 */
export async function fitWeights(options: FitOptions): Promise<Map<string, Float32Array>> {
  const { step, parameters, steps, signal } = options;
  signal?.throwIfAborted();
  const engine = await createOnnxruntimeEngine(step, step.initialState(parameters));
  try {
    for (let done = 0; done < steps; ) {
      const lr = (options.lr / 2) * (1 + Math.cos((Math.PI * done) / steps));
      const batch = await options.batch(done);
      const { loss } = await engine.step({ ...batch, ...step.scalars({ step: ++done, lr, emaDecay: 0 }) });
      if (!Number.isFinite(loss)) {
        throw new InputError(
          `Cannot train the feature network: the loss of step ${done} must be finite, received ${loss}.`,
        );
      }
      options.onStep?.(done, loss);
      // The engine computes on this thread: without a pause no signal would come through.
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
    return parametersOf(await engine.readState(), 'model');
  } finally {
    await engine.dispose();
  }
}
