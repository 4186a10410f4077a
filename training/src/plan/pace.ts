/** Measures how long training will take, from a few real steps of its engine. */
import { sizeOf } from '@onnoise/scheduler/model';
import { drawMasks, drawStep } from '@onnoise/scheduler/training';
import { createEngine, type EngineChoice } from '../engines/index.ts';
import { toldOf } from '../model/told.ts';
import { imagesPerStep, PREVIEW_BATCH } from '../settings/batch.ts';
import type { StepInputs } from '../step/contracts.ts';
import { noiseSize } from '../step/step.ts';
import type { TrainPlan } from './plan.ts';

/** Most images in a timed step: the time of a larger step grows in proportion, or somewhat less. */
export const TIMED_BATCH = 8;
const TIMED_STEPS = 2;
/** If the first step takes more seconds than this, no other is timed. */
const PATIENCE = 10;

/**
 * Seconds per step of the plan. The first step, in which the engine makes its buffers, counts only if it is slow.
 * @param timed the same plan with at most `TIMED_BATCH` images per step.
 */
export async function measureStep(
  timed: TrainPlan,
  kind: EngineChoice['kind'],
  signal?: AbortSignal,
): Promise<{ seconds: number; steps: number }> {
  const { step, config, model } = timed;
  const { lr } = config.training;
  const batch =
    imagesPerStep(config.training) * (config.training.dpEpsilon === undefined ? 1 : config.training.dpTimesteps);
  const { noise, timesteps } = drawStep(0, 0, batch, noiseSize(model), timed.schedule.T);
  const engine = await createEngine(kind, step, step.initialState(timed.initialParameters()));
  try {
    const run = async (n: number) => {
      signal?.throwIfAborted();
      const began = performance.now();
      const inputs: StepInputs = {
        images: new Float32Array(batch * sizeOf(model.shape)),
        noise,
        timesteps,
        ...drawMasks(0, 0, batch, model.dropouts ?? []),
        ...Object.fromEntries(
          toldOf(model).map(({ name, dtype, sides }) => {
            const values = batch * sides.reduce((product, side) => product * side, 1);
            return [name, dtype === 'int32' ? new Int32Array(values) : new Float32Array(values)];
          }),
        ),
        ...step.scalars({ step: n, lr: lr, emaDecay: 0 }),
      };
      await engine.step(inputs);
      return (performance.now() - began) / 1000;
    };
    const first = await run(1);
    if (first > PATIENCE) return { seconds: first, steps: 1 };
    let sum = 0;
    for (let n = 0; n < TIMED_STEPS; n++) sum += await run(n + 2);
    return { seconds: sum / TIMED_STEPS, steps: TIMED_STEPS };
  } finally {
    await engine.dispose();
  }
}

/** Seconds for one set of pictures: a training step is about three passes through the network, a sampling step one. */
export function pictureSeconds({ config, model, sampleSteps }: TrainPlan, secondsPerStep: number): number {
  const passes = model.nullCondition ? 2 : 1; // with guidance
  const images = Math.ceil(config.output.sampleCount / PREVIEW_BATCH) * PREVIEW_BATCH * sampleSteps * passes;
  return (images * secondsPerStep) / imagesPerStep(config.training) / 3;
}
