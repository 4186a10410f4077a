import { describe, expect, it } from 'vitest';
import { type AttackPlan, callsOf, errorsOf } from '#evaluation/membership/attacks.ts';
import { checkTimesteps, strideOf, usualTimesteps } from '#evaluation/membership/timesteps.ts';
import { makeSchedule, type PredictionType, parseSchedulerConfig, predictionTarget } from '#scheduler/index.ts';

const SIZE = 12;
const image = (k: number) => Float32Array.from({ length: SIZE }, (_, i) => Math.sin(2 * k + i));
const PLAN: AttackPlan = { attacks: ['loss', 'secmi', 'pia'], timesteps: [3, 10, 25], draws: 2 };

const configs = {
  epsilon: { prediction_type: 'epsilon' },
  v: { prediction_type: 'v_prediction', rescale_betas_zero_snr: true },
  x0: { prediction_type: 'sample', beta_schedule: 'squaredcos_cap_v2' },
  flow: { prediction_type: 'flow_prediction', shift: 2 },
};

/** A network that takes every noisy image for the same one. */
async function attack(config: object, known: Float32Array, images: Float32Array, plan = PLAN) {
  const scheduler = parseSchedulerConfig({ num_train_timesteps: 100, ...config });
  const schedule = makeSchedule(scheduler);
  let calls = 0;
  const errors = await errorsOf(
    {
      images,
      count: images.length / SIZE,
      schedule,
      prediction: scheduler.prediction_type as PredictionType,
      async predict(x, told) {
        calls++;
        const t = schedule.times.findIndex((time) => Math.abs(time - told[0]!) < 1e-3);
        const count = x.length / SIZE;
        const x0 = Float32Array.from(x, (_, i) => known[i % SIZE]!);
        const noise = x.map((value, i) => (value - schedule.signal[t]! * x0[i]!) / schedule.noise[t]!);
        return predictionTarget(schedule, scheduler.prediction_type, x0, noise, new Int32Array(count).fill(t));
      },
      noise: (draw) => images.map((_, i) => Math.cos(7 * i + draw)),
    },
    plan,
  );
  expect(calls).toBe(callsOf(plan, schedule));
  return errors;
}

describe('attacks', () => {
  it.each(Object.entries(configs))('see the image that a network knows, of one that predicts %s', async (_, config) => {
    const [known, other] = [image(1), image(2)];
    const errors = await attack(config, known, Float32Array.from([...known, ...other]));
    expect(errors).toHaveLength(18);
    for (let column = 0; column < 9; column++) {
      expect(errors[column]!).toBeLessThan(1e-6);
      // There and back nothing is lost, since it takes all for the same image.
      if (column >= 3 && column < 6) expect(errors[9 + column]!).toBeLessThan(1e-6);
      else expect(errors[9 + column]!).toBeGreaterThan(0.01);
    }
  });

  it('refuse an output that is no number', async () => {
    const broken = image(1).fill(NaN);
    await expect(attack(configs.v, broken, image(2))).rejects.toThrow(
      'Cannot attack the network: its output must be finite numbers around timestep 3, received NaN.',
    );
  });
});

describe('timesteps', () => {
  it("are those of papers on DDPM's schedule, and have the same noise on others", () => {
    const ddpm = makeSchedule(parseSchedulerConfig({}));
    expect(usualTimesteps('audit m', ddpm)).toEqual([50, 100, 200]);
    expect(strideOf(ddpm)).toBe(10);
    const flow = makeSchedule(parseSchedulerConfig({ prediction_type: 'flow_prediction' }));
    const [first] = usualTimesteps('audit m', flow);
    expect(Math.log(flow.snr[first!]!)).toBeCloseTo(Math.log(ddpm.snr[50]!), 1);
  });

  it('are sorted, each once, and refused beyond the last one', () => {
    const schedule = makeSchedule(parseSchedulerConfig({ num_train_timesteps: 50 }));
    expect(checkTimesteps('audit m', [9, 4, 9], schedule)).toEqual([4, 9]);
    expect(() => checkTimesteps('audit m', [49], schedule)).toThrow(
      'Cannot audit m: each of --timesteps must be an integer from 1 to 48, received 49.',
    );
    const short = makeSchedule(parseSchedulerConfig({ num_train_timesteps: 2 }));
    expect(() => usualTimesteps('audit m', short)).toThrow('num_train_timesteps must be at least 3, received 2.');
  });
});
