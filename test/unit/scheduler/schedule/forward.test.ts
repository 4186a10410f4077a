import {
  addNoise,
  chainStep,
  closedFormFactors,
  forwardChain,
  InputError,
  levelOf,
  makeSchedule,
  PREDICTION_TYPES,
  parseSchedulerConfig,
  predictionTarget,
} from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { predictionAt } from '#scheduler/schedule/prediction.ts';
import { expectClose } from '#test/compare.ts';

const schedule = makeSchedule(parseSchedulerConfig({ num_train_timesteps: 300, beta_schedule: 'cosine' }));
const straight = makeSchedule(
  parseSchedulerConfig({ num_train_timesteps: 300, prediction_type: 'flow_prediction', shift: 3 }),
);

describe('addNoise', () => {
  it('noises every image at its own timestep, the same as one by one', () => {
    const x0 = Float32Array.of(-1, 0.5, 1, -0.25);
    const noise = Float32Array.of(0.3, -2, 1, 0);
    const both = addNoise(schedule, x0, noise, [10, 200]);
    const first = addNoise(schedule, x0.subarray(0, 2), noise.subarray(0, 2), [10]);
    const second = addNoise(schedule, x0.subarray(2), noise.subarray(2), [200]);
    expect([...both]).toEqual([...first, ...second]);
    const { signal, noise: sigma } = closedFormFactors(schedule);
    expectClose([both[1]!], [signal[10]! * 0.5 + sigma[10]! * -2], { absolute: 1e-7 });
  });

  it.each([-1, 300, 1.5])('refuses timestep %s', (t) => {
    const x = new Float32Array(2);
    expect(() => addNoise(schedule, x, x, [t])).toThrow(InputError);
    expect(() => chainStep(schedule, x, x, t)).toThrow('timestep must be an integer from 0 to 299');
  });

  it('refuses noise of another length and a batch that does not divide', () => {
    expect(() => addNoise(schedule, new Float32Array(2), new Float32Array(3), [0])).toThrow(InputError);
    expect(() => addNoise(schedule, new Float32Array(3), new Float32Array(3), [0, 1])).toThrow(InputError);
  });
});

describe('forwardChain', () => {
  it.each([
    ['a chain of betas', schedule],
    ['the straight line', straight],
  ])('of %s scales the image and adds variance as the closed form does, at every step', (_, own) => {
    const { signal, noise } = closedFormFactors(own);
    const none = new Float32Array(1);
    let [t, variance] = [0, 0];
    for (const x of forwardChain(own, Float32Array.of(1), () => none)) {
      // What a step keeps, and what it adds of fresh noise.
      const [keep] = chainStep(own, Float32Array.of(1), none, t);
      const [add] = chainStep(own, none, Float32Array.of(1), t);
      variance = keep! ** 2 * variance + add! ** 2;
      expectClose([x[0]!, Math.sqrt(variance)], [signal[t]!, noise[t]!], { absolute: 1e-5, what: `step ${t}` });
      t++;
    }
    expect(t).toBe(300);
  });
});

describe('predictionTarget and predictionAt', () => {
  it('are inverse: the target of (x0, epsilon) gives back x0 and epsilon, for every type and timestep', () => {
    const value = fc.double({ min: -3, max: 3, noNaN: true });
    const types = fc.constantFrom(...PREDICTION_TYPES);
    fc.assert(
      fc.property(types, fc.nat(299), value, value, (type, t, image, epsilon) => {
        const own = type === 'flow_prediction' ? straight : schedule;
        const { signal, noise } = levelOf(own, t);
        const x = signal * image + noise * epsilon;
        const o = {
          epsilon,
          sample: image,
          v_prediction: signal * epsilon - noise * image,
          flow_prediction: epsilon - image,
        }[type];
        const target = predictionTarget(own, type, Float32Array.of(image), Float32Array.of(epsilon), [t]);
        expectClose(target, [o], { absolute: 1e-6, what: 'target' });
        const { p, q, m, n } = predictionAt(type, { signal, noise });
        expectClose([p * x + q * o], [image], { absolute: 1e-9 / (signal || 1), what: 'x0' });
        expectClose([m * x + n * o], [epsilon], { absolute: 1e-9 / noise, what: 'epsilon' });
      }),
      { numRuns: 500 },
    );
  });
});
