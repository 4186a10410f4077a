import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emaDecayAt } from '#scheduler/training/step-scalars.ts';
import { expectClose } from '#test/compare.ts';
import { tinyNet } from '#test/train/tiny-net.ts';
import { createTfjsEngine } from '#training/engines/tfjs/tfjs.ts';
import type { TrainStepOptions } from '#training/step/contracts.ts';
import { createTrainStep } from '#training/step/step.ts';

interface Case
  extends Pick<
    TrainStepOptions,
    'loss' | 'huberDelta' | 'minSnr' | 'predictionType' | 'optimizer' | 'weightDecay' | 'clipNorm'
  > {
  lr: number;
  losses: number[];
  gradNorms: number[];
  model: Record<string, number[]>;
  ema: Record<string, number[]>;
  v: Record<string, number[]>;
}

interface Golden {
  batch: number;
  shape: [number, number, number];
  hidden: number;
  classes: number;
  betas: [number, number];
  eps: number;
  emaDecay: number;
  alphaBar: number[];
  start: Record<string, number[]>;
  draws: { images: number[]; noise: number[]; timesteps: number[]; labels: number[] }[];
  cases: Case[];
}

/** The tables of a chain by its alphaBar. */
const scheduleOf = (values: readonly number[]): TrainStepOptions['schedule'] => {
  const alphaBar = Float64Array.from(values);
  return {
    alphaBar,
    signal: alphaBar.map(Math.sqrt),
    noise: alphaBar.map((share) => Math.sqrt(1 - share)),
    times: alphaBar.map((_, t) => t),
  };
};

/** Made by scripts/golden/train.py. */
const golden: Golden = JSON.parse(readFileSync(new URL('../data/train/step.json', import.meta.url), 'utf8'));

describe('createTrainStep', () => {
  for (const row of golden.cases) {
    it(`follows PyTorch for ten steps: ${row.loss}, ${row.predictionType}, ${row.optimizer}, min-SNR ${row.minSnr}`, async () => {
      const { batch, shape, betas, eps, alphaBar, hidden, classes } = golden;
      const model = tinyNet({ channels: shape[0], hidden, classes });
      const step = createTrainStep(model, {
        batch,
        shape,
        betas,
        eps,
        told: [{ name: 'labels', port: 'class_labels', dtype: 'int32', sides: [], absent: 0 }],
        schedule: scheduleOf(alphaBar),
        ema: true,
        accumulate: 1,
        loss: row.loss,
        huberDelta: row.huberDelta,
        minSnr: row.minSnr,
        predictionType: row.predictionType,
        optimizer: row.optimizer,
        weightDecay: row.weightDecay,
        clipNorm: row.clipNorm,
      });
      const start = new Map(Object.entries(golden.start).map(([name, values]) => [name, Float32Array.from(values)]));
      const engine = await createTfjsEngine('cpu', 'tfjs-cpu', step, step.initialState(start));

      const reports = [];
      for (const [n, draw] of golden.draws.entries()) {
        const report = await engine.step({
          images: Float32Array.from(draw.images),
          noise: Float32Array.from(draw.noise),
          timesteps: Int32Array.from(draw.timesteps),
          labels: Int32Array.from(draw.labels),
          ...step.scalars({ step: n + 1, lr: row.lr, emaDecay: emaDecayAt(n, golden.emaDecay) }),
        });
        reports.push(report);
      }
      const state = await engine.readState();
      await engine.dispose();

      const tolerance = { absolute: 1e-6, relative: 2e-5 };
      expectClose(
        reports.map(({ loss }) => loss),
        row.losses,
        { ...tolerance, what: 'loss' },
      );
      expectClose(
        reports.map(({ gradNorm }) => gradNorm),
        row.gradNorms,
        { ...tolerance, what: 'gradNorm' },
      );
      expect(state.size).toBe(step.state.length);
      for (const [prefix, expected] of [
        ['model.', row.model],
        ['ema.', row.ema],
        ['adam.v.', row.v],
      ] as const) {
        for (const [name, values] of Object.entries(expected)) {
          expectClose(state.get(prefix + name)!, values, { absolute: 5e-6, relative: 1e-4, what: prefix + name });
        }
      }
    });
  }
});
