import { makeSchedule, parseSchedulerConfig } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { useCpu } from '#test/models/model.ts';
import {
  type CurveTensors,
  curveGradients,
  gammaAt,
  gammasOf,
  initialCurve,
  learnedBetas,
} from '#training/step/learned-schedule.ts';

const T = 80;
const { alphaBar } = makeSchedule(
  parseSchedulerConfig({ num_train_timesteps: T, beta_schedule: 'linear', beta_end: 0.1 }),
);
const start = gammasOf(alphaBar);
const all = Int32Array.from({ length: T }, (_, t) => t);

type Values = ReturnType<typeof initialCurve>;
const tensors = (values: Values) =>
  Object.fromEntries(Object.entries(values).map(([name, data]) => [name, tf.tensor1d(data)])) as CurveTensors;

/** A curve far from a line. */
function bent(): Values {
  const curve = initialCurve();
  curve.height = curve.height.map((value, h) => value + 3 * Math.exp(-(((h - 20) / 5) ** 2)));
  return curve;
}
const gammas = (curve: Values) => Array.from(gammaAt(tensors(curve), start, tf.tensor1d(all, 'int32')).dataSync());

useCpu();

describe('gammaAt', () => {
  it('begins near the schedule that it starts from, keeps its ends, and never falls', () => {
    expectClose(gammas(initialCurve()), start, { absolute: 0.05 });
    const curve = gammas(bent());
    expectClose([curve[0]!, curve[T - 1]!], [start[0]!, start[T - 1]!], { absolute: 1e-4 });
    for (let t = 1; t < T; t++) expect(curve[t]! - curve[t - 1]!).toBeGreaterThan(0);
    expect(Math.max(...curve.map((value, t) => Math.abs(value - start[t]!)))).toBeGreaterThan(1);
  });

  it('is what the betas of a learned schedule say', () => {
    const betas = learnedBetas(bent(), alphaBar);
    expect(betas.every((beta) => beta > 0 && beta < 1)).toBe(true);
    let share = 1;
    const fromBetas = betas.map((beta) => {
      share *= 1 - beta;
      return Math.log((1 - share) / share);
    });
    expectClose(gammas(bent()), fromBetas, { absolute: 1e-3 });
  });
});

describe('curveGradients', () => {
  /** Errors of an imagined network: a known function of gamma, and its derivative. */
  const errorAt = (gamma: number) => 1 / (1 + Math.exp(gamma / 2));
  const slopeAt = (gamma: number) => -0.5 * errorAt(gamma) * (1 - errorAt(gamma));

  /** What the bound says of every timestep but the first. */
  function terms(curve: Values): number[] {
    const gamma = gammas(curve);
    return gamma.slice(1).map((value, t) => Math.expm1(value - gamma[t]!) * errorAt(value));
  }
  const objective = (curve: Values) => -terms(curve).reduce((sum, term) => sum + Math.log(term), 0) / T;

  function gradients(curve: Values) {
    const gamma = gammas(curve);
    return curveGradients(tensors(curve), start, 'epsilon', {
      timesteps: tf.tensor1d(all, 'int32'),
      gamma: tf.tensor1d(gamma),
      errors: tf.tensor1d(gamma.map(errorAt)),
      slopes: tf.tensor1d(gamma.map(slopeAt)),
    });
  }

  it('is the derivative of minus the mean logarithm of the terms', () => {
    const curve = bent();
    const found = gradients(curve);
    for (const [name, h] of [
      ['height', 18],
      ['steepness', 22],
      ['centre', 20],
      ['slope', 0],
    ] as const) {
      const moved = (by: number) => ({
        ...curve,
        [name]: curve[name].map((value, i) => (i === h ? value + by : value)),
      });
      const step = name === 'centre' ? 1e-3 : 2e-2;
      const expected = (objective(moved(step)) - objective(moved(-step))) / (2 * step);
      expectClose([found[name].dataSync()[h]!], [expected], { absolute: 2e-3, relative: 3e-2, what: name });
    }
  });

  /** gamma of the even terms, in the limit of many timesteps: the integral of the errors grows evenly. */
  function evenGammas(): number[] {
    const integral = (gamma: number) => gamma - 2 * Math.log1p(Math.exp(gamma / 2));
    const [low, high] = [start[0]!, start[T - 1]!];
    return start.map((_, t) => {
      const wanted = integral(low) + ((integral(high) - integral(low)) * t) / (T - 1);
      let [a, b] = [low, high];
      for (let i = 0; i < 60; i++) {
        if (integral((a + b) / 2) < wanted) a = (a + b) / 2;
        else b = (a + b) / 2;
      }
      return a;
    });
  }

  it('makes the terms even, as the schedule does that can be computed', { tags: 'long' }, () => {
    let curve = initialCurve();
    const deviation = (values: number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) / mean;
    };
    const distance = () => {
      const even = evenGammas();
      return Math.max(...gammas(curve).map((value, t) => Math.abs(value - even[t]!)));
    };
    const before = { deviation: deviation(terms(curve)), distance: distance() };
    for (let step = 0; step < 60; step++) {
      const found = gradients(curve);
      const norm = Math.hypot(...Object.values(found).flatMap((gradient) => Array.from(gradient.dataSync())));
      curve = Object.fromEntries(
        Object.entries(curve).map(([name, values]) => {
          const gradient = found[name as keyof Values].dataSync();
          return [name, values.map((value, i) => value - (0.3 * gradient[i]!) / norm)];
        }),
      ) as Values;
    }
    expect(deviation(terms(curve))).toBeLessThan(before.deviation / 4);
    expect(distance()).toBeLessThan(before.distance / 4);
  });
});
