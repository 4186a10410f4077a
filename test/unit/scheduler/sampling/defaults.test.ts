import {
  compileSampler,
  type Denoiser,
  gaussian,
  makeSchedule,
  parseSchedulerConfig,
  type SamplerTable,
  type SchedulerConfig,
  sampleImages,
  TIMESTEP_SPACINGS,
} from '@onnoise/scheduler';
import { completeRequest, usualSampling } from '@onnoise/scheduler/model';
import { expect, test } from 'vitest';
import { frechetDistance, type Moments, momentsOf } from '#evaluation/measures/frechet.ts';
import { eachLong } from '#test/each-long.ts';

test('the default steps are 20, and one less than T where T is small', () => {
  const steps = [1, 2, 3, 20, 21, 300, 1000].map((T) => usualSampling({ scheduler: { num_train_timesteps: T } }).steps);
  expect(steps).toEqual([1, 1, 2, 19, 20, 20, 20]);
});

test('a request without options suits every schedule, however short', () => {
  for (const timestep_spacing of TIMESTEP_SPACINGS) {
    for (const prediction_type of ['epsilon', 'v_prediction'] as const) {
      for (const num_train_timesteps of [1, 2, 3, 10, 20, 21, 300, 1000]) {
        const { rows } = tableOf({ num_train_timesteps, timestep_spacing, prediction_type });
        const numbers = rows.flatMap((row) => Object.values(row)).filter((value) => typeof value === 'number');
        expect(numbers.every(Number.isFinite)).toBe(true);
      }
    }
  }
});

/** Ten narrow Gaussians in 16 dimensions, as classes of pictures: their best denoiser is known in closed form. */
const PIXELS = 16;
const CENTRES = Array.from({ length: 10 }, (_, k) => {
  const centre = new Float32Array(PIXELS);
  gaussian(77, k * PIXELS, centre);
  return centre.map((z) => Math.max(-1, Math.min(1, 0.9 * z)));
});
const SPREAD = 0.12;
const COUNT = 1000;

/** E[x0 | x] as the network of this prediction type would say it, at whole timesteps. */
function perfectDenoiser(config: SchedulerConfig): Denoiser {
  const { alphaBar } = makeSchedule(config);
  return async (x, timesteps) => {
    const output = new Float32Array(x.length);
    for (let n = 0; n < timesteps.length; n++) {
      const share = alphaBar[timesteps[n]!]!;
      const [signal, noise] = [Math.sqrt(share), Math.sqrt(1 - share)];
      const variance = share * SPREAD ** 2 + noise ** 2;
      const sample = x.subarray(n * PIXELS, (n + 1) * PIXELS);
      const far = CENTRES.map((centre) => centre.reduce((sum, c, d) => sum + (sample[d]! - signal * c) ** 2, 0));
      const weights = far.map((square) => Math.exp((Math.min(...far) - square) / (2 * variance)));
      const total = weights.reduce((a, b) => a + b);
      for (let d = 0; d < PIXELS; d++) {
        const centre = CENTRES.reduce((sum, c, k) => sum + (weights[k]! / total) * c[d]!, 0);
        const x0 = centre + ((signal * SPREAD ** 2) / variance) * (sample[d]! - signal * centre);
        const epsilon = (sample[d]! - signal * x0) / noise;
        output[n * PIXELS + d] = config.prediction_type === 'epsilon' ? epsilon : signal * epsilon - noise * x0;
      }
    }
    return output;
  };
}

const SCHEDULES = [
  { name: "the tutorial's", json: { num_train_timesteps: 300, clip_sample: false } },
  { name: "the DDPM paper's", json: { num_train_timesteps: 1000, variance_type: 'fixed_large' } },
  {
    name: 'a cosine with v',
    json: { beta_schedule: 'squaredcos_cap_v2', prediction_type: 'v_prediction', timestep_spacing: 'trailing' },
  },
];
eachLong(
  SCHEDULES,
  'on $name schedule the defaults come about as close to the data as 50 steps of DDIM',
  async ({ json }) => {
    const config = parseSchedulerConfig(json);
    const distanceOf = async (table: SamplerTable) => {
      const seeds = Array.from({ length: COUNT }, (_, i) => i);
      const images = await sampleImages({ table, shape: [1, 4, 4], seeds, denoise: perfectDenoiser(config) });
      return frechetDistance(momentsOf(images, PIXELS), dataMoments());
    };
    const usual = await distanceOf(tableOf(json));
    expect(usual).toBeLessThan(1.25 * (await distanceOf(compileSampler(config, { sampler: 'ddim', steps: 50 }))));
  },
);

function tableOf(json: object): SamplerTable {
  return completeRequest({ classes: 0, shape: [1, 4, 4], scheduler: parseSchedulerConfig(json) }, {}).table;
}

function dataMoments(): Moments {
  const data = new Float32Array(20_000 * PIXELS);
  gaussian(5, 0, data);
  return momentsOf(
    data.map((z, i) => CENTRES[Math.floor(i / PIXELS) % 10]![i % PIXELS]! + SPREAD * z),
    PIXELS,
  );
}
