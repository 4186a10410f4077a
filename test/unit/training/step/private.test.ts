import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { privatePlan } from '#test/train/private-run.ts';
import { createEngine } from '#training/engines/create.ts';
import type { TrainPlan } from '#training/plan/plan.ts';
import type { StepInputs } from '#training/step/contracts.ts';
import { createFlatStep } from '#training/step/flat-step.ts';
import { noisyTotals } from '#training/step/private.ts';

const BATCH = 6;
const SIZE = 16;

/** The gradient that a step divides by the expected batch, from Adam's first mean. */
async function stepWith(plan: TrainPlan, inputs: StepInputs, kind: 'onnxruntime' | 'tfjs-cpu' = 'onnxruntime') {
  const engine = await createEngine(kind, plan.step, plan.step.initialState(plan.initialParameters()));
  const scalars = plan.step.scalars({ step: 1, lr: 0.01, emaDecay: 0.9 });
  const { loss, gradNorm } = await engine.step({ ...inputs, ...scalars });
  const state = await engine.readState();
  await engine.dispose();
  const mean = [...state].flatMap(([name, values]) => (name.startsWith('adam.m.') ? [...values] : []));
  return { loss, gradNorm, gradient: mean.map((value) => value / 0.1) };
}

const rows = (count: number, scale = 1): StepInputs => ({
  images: Float32Array.from({ length: count * SIZE }, (_, i) => scale * Math.sin(1.3 * i + 0.1 * Math.floor(i / SIZE))),
  noise: Float32Array.from({ length: count * SIZE }, (_, i) => 1.4 * Math.cos(0.7 * i)),
  timesteps: Int32Array.from({ length: count }, (_, i) => (7 * i) % 20),
});
const normOf = (values: readonly number[]) => Math.hypot(...values);
const planOf = (training: object = {}) => privatePlan({ training: { zeroInit: false, ...training } });

describe('a private step', () => {
  it('averages over the timesteps of an image before it clips', async () => {
    const free = planOf({ dpClip: 1e6 });
    const inputs = rows(4);
    const singles = await stepWith(free, inputs);
    const pairs = await stepWith(planOf({ dpClip: 1e6, dpTimesteps: 2 }), inputs);
    // Two images of two rows: the sum of means is half of the sum of all rows.
    expectClose(
      pairs.gradient,
      singles.gradient.map((value) => value / 2),
      { absolute: 1e-7, relative: 1e-4 },
    );
    const clipped = await stepWith(planOf({ dpClip: 1e-3, dpTimesteps: 4 }), inputs);
    expect(normOf(clipped.gradient) * BATCH).toBeLessThanOrEqual(1e-3 * (1 + 1e-5));
  });

  it.each(['onnxruntime', 'tfjs-cpu'] as const)('on %s, begins with the noise, and needs no image', async (kind) => {
    const plan = planOf();
    const noisy = noisyTotals(plan.step.accumulated!);
    const noise = Object.fromEntries(
      noisy.map(({ name, shape }) => [
        name,
        new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(0.5),
      ]),
    );
    const { loss, gradient, gradNorm } = await stepWith(plan, { ...rows(0), ...noise }, kind);
    expect(loss).toBe(0);
    expectClose(
      gradient,
      gradient.map(() => 0.5),
      { absolute: 1e-6 },
    );
    expect(gradNorm).toBeCloseTo(0.5 * Math.sqrt(gradient.length), 3);
  });

  it('does not clip what has noise, and is no step for a tab', () => {
    const { step, model } = planOf({ clipNorm: 0.1 });
    expect(step.recipe!.options.clipNorm).toBeNull();
    expect(step.cut).toBeUndefined();
    expect(() => createFlatStep(model, step.recipe!.options)).toThrow(
      'Cannot flatten the training step: --dp-epsilon must be left out, received given.',
    );
  });
});
