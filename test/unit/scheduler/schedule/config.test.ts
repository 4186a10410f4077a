import {
  BETA_SCHEDULES,
  formatSchedulerConfig,
  InputError,
  makeSchedule,
  parseSchedulerConfig,
  samplerOfConfig,
  TIMESTEP_SPACINGS,
  VARIANCE_TYPES,
} from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHAIN_TYPES } from '#test/scheduler.ts';

const fractions = fc.double({ min: 1e-5, max: 0.5, noNaN: true });
const configs = fc.record(
  {
    num_train_timesteps: fc.integer({ min: 1, max: 60 }),
    beta_start: fractions,
    beta_end: fractions,
    beta_schedule: fc.constantFrom(...BETA_SCHEDULES),
    rescale_betas_zero_snr: fc.boolean(),
    prediction_type: fc.constantFrom(...CHAIN_TYPES),
    variance_type: fc.constantFrom(...VARIANCE_TYPES),
    clip_sample: fc.boolean(),
    clip_sample_range: fc.double({ min: 0.1, max: 10, noNaN: true }),
    timestep_spacing: fc.constantFrom(...TIMESTEP_SPACINGS),
    steps_offset: fc.nat(3),
    set_alpha_to_one: fc.boolean(),
    use_karras_sigmas: fc.boolean(),
    final_sigmas_type: fc.constantFrom('zero', 'sigma_min'),
    lower_order_final: fc.boolean(),
    euler_at_final: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** The result, or the sentence that refuses it: decreasing betas, rescaled, may leave no image before the end. */
function outcome<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

describe('parseSchedulerConfig', () => {
  it("fills in diffusers' defaults", () => {
    expect(parseSchedulerConfig({})).toEqual({
      num_train_timesteps: 1000,
      beta_start: 0.0001,
      beta_end: 0.02,
      beta_schedule: 'linear',
      trained_betas: null,
      rescale_betas_zero_snr: false,
      prediction_type: 'epsilon',
      variance_type: 'fixed_small',
      clip_sample: true,
      clip_sample_range: 1,
      timestep_spacing: 'leading',
      steps_offset: 0,
      set_alpha_to_one: true,
      use_karras_sigmas: false,
      use_exponential_sigmas: false,
      use_beta_sigmas: false,
      shift: 1,
      shift_terminal: null,
      invert_sigmas: false,
      final_sigmas_type: 'zero',
      lower_order_final: true,
      euler_at_final: false,
    });
  });

  it('reads what diffusers writes for DDPMScheduler and DDIMScheduler, and DDIMInverseScheduler', () => {
    const common = {
      _diffusers_version: '0.42.1',
      dynamic_thresholding_ratio: 0.995,
      sample_max_value: 1.0,
      thresholding: false,
      trained_betas: null,
    };
    for (const _class_name of ['DDPMScheduler', 'DDIMScheduler', 'DDIMInverseScheduler']) {
      expect(parseSchedulerConfig({ _class_name, ...common })).toEqual(parseSchedulerConfig({}));
    }
  });

  it.each([
    // google/ddpm-cifar10-32 and google/ddpm-cat-256
    { _diffusers_version: '0.1.1', clip_sample: true, trained_betas: null, variance_type: 'fixed_large' },
    // DDIMScheduler of diffusers 0.1 and 0.2
    { _diffusers_version: '0.2.0', tensor_format: 'pt', timestep_values: null, set_alpha_to_one: true },
    { _diffusers_version: '0.8.0', predict_epsilon: true, thresholding: null, sample_max_value: null },
  ])('reads what diffusers wrote in 2022: %j', (keys) => {
    const given = { beta_start: 0.0001, beta_end: 0.02, beta_schedule: 'linear', num_train_timesteps: 1000, ...keys };
    const { variance_type, ...config } = parseSchedulerConfig(given);
    expect({ ...config, variance_type: 'fixed_small' }).toEqual(parseSchedulerConfig({}));
    expect(variance_type).toBe('variance_type' in keys ? 'fixed_large' : 'fixed_small');
  });

  it.each([
    ['EulerDiscreteScheduler', { interpolation_type: 'linear', sigma_min: null, use_karras_sigmas: null }, {}],
    ['EulerAncestralDiscreteScheduler', {}, {}],
    ['HeunDiscreteScheduler', { use_beta_sigmas: false }, { beta_start: 0.00085, beta_end: 0.012 }],
    ['KDPM2AncestralDiscreteScheduler', {}, { beta_start: 0.00085, beta_end: 0.012 }],
    [
      'DPMSolverMultistepScheduler',
      { algorithm_type: 'sde-dpmsolver++', lambda_min_clipped: -Infinity, variance_type: null, flow_shift: 1 },
      {},
    ],
    ['DPMSolverSinglestepScheduler', { solver_order: 3, lambda_min_clipped: null }, { lower_order_final: false }],
    ['UniPCMultistepScheduler', { predict_x0: true, disable_corrector: [], solver_p: null, solver_type: 'bh1' }, {}],
  ])('gives %s its own defaults and takes what it writes besides', (_class_name, passive, own) => {
    const usual = { clip_sample: false, timestep_spacing: 'linspace' };
    expect(parseSchedulerConfig({ _class_name, ...passive })).toEqual(parseSchedulerConfig({ ...usual, ...own }));
    expect(parseSchedulerConfig({ _class_name, timestep_spacing: 'trailing' }).timestep_spacing).toBe('trailing');
  });

  it('names an unknown key, be it one of all objects, and lists the known ones', () => {
    expect(() => parseSchedulerConfig(JSON.parse('{"toString": 1}'))).toThrow(
      /^Cannot read the scheduler's config: unknown key "toString"\. Known keys: .*beta_schedule.*trained_betas/,
    );
  });

  it.each([
    [{ beta_schedule: 'laplace' }, 'one of linear, scaled_linear, squaredcos_cap_v2, cosine, sigmoid'],
    [{ prediction_type: 'flow' }, 'one of epsilon, sample, v_prediction'],
    [{ variance_type: 'learned_range' }, 'one of fixed_small, fixed_large'],
    [{ timestep_spacing: 'karras' }, 'one of leading, linspace, trailing'],
    [{ _class_name: 'PNDMScheduler' }, 'one of DDPMScheduler, DDIMScheduler'],
    [{ thresholding: true }, 'false'],
    [{ num_train_timesteps: 0 }, 'an integer from 1 to 100000'],
    [{ beta_start: 0 }, 'a number between 0 and 1'],
    [{ clip_sample: 1 }, 'true or false'],
    [{ tensor_format: 'jax' }, 'pt, np or null'],
    [{ predict_epsilon: false }, 'true or null (false is prediction_type sample)'],
    [{ use_karras_sigmas: true, use_exponential_sigmas: true }, 'false where use_karras_sigmas is true'],
    [{ use_beta_sigmas: true }, 'left out without prediction_type flow_prediction, received true'],
    [{ interpolation_type: 'log_linear' }, 'linear (log_linear is not supported)'],
    [{ timestep_type: 'continuous' }, 'discrete (continuous timesteps are not supported)'],
    [{ use_flow_sigmas: true }, 'false with prediction_type epsilon'],
    [{ sigma_max: 700 }, 'null (ends of noise levels are not supported)'],
    [{ lambda_min_clipped: -5.1 }, 'null or -Infinity (clipping is not supported)'],
    [{ disable_corrector: [0] }, 'an empty array (UniPC corrects every step)'],
    [{ predict_x0: false }, 'true (UniPC for epsilon is not supported)'],
    [{ num_train_timesteps: 2, trained_betas: [0.1] }, 'an array of num_train_timesteps = 2 numbers'],
    [{ num_train_timesteps: 2, trained_betas: [1, 0.1] }, 'a number between 0 and 1'],
    [{ trained_betas: 'linear' }, 'null or an array of numbers'],
    ['linear', 'an object'],
  ])('refuses %j', (json, rule) => {
    expect(() => parseSchedulerConfig(json)).toThrow(InputError);
    expect(() => parseSchedulerConfig(json)).toThrow(`must be ${rule}`);
  });
});

describe('formatSchedulerConfig', () => {
  it('is read back as it was, and the schedule is the same to the last bit', () => {
    fc.assert(
      fc.property(configs, (given) => {
        const config = parseSchedulerConfig(given);
        const again = parseSchedulerConfig(JSON.parse(JSON.stringify(formatSchedulerConfig(config))));
        expect(again).toEqual(config);
        expect(outcome(() => makeSchedule(again))).toEqual(outcome(() => makeSchedule(config)));
      }),
    );
  });

  it('writes the solver that an option chooses, or says that the class does not have it', () => {
    const config = parseSchedulerConfig({});
    expect(formatSchedulerConfig(config, 'unipc', { solver: 'bh1' })).toMatchObject({ solver_type: 'bh1' });
    expect(() => formatSchedulerConfig(config, 'dpmpp_3m', { curvature: 'full' })).toThrow(
      'curvature must be half, as DPMSolverMultistepScheduler has it, received "full"',
    );
    expect(() => formatSchedulerConfig(config, 'dpmpp_2m_sde', { noise: 1.5 })).toThrow(
      'noise must be 1, as DPMSolverMultistepScheduler has it, received 1.5',
    );
    expect(() => formatSchedulerConfig(config, 'dpmpp_2s_ancestral')).toThrow('sampler must be one that diffusers has');
  });

  it('finds no sampler for classes and solvers whose arithmetic is not here', () => {
    expect(samplerOfConfig({ _class_name: 'KDPM2AncestralDiscreteScheduler' })).toBeUndefined();
    expect(
      samplerOfConfig({ _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'dpmsolver' }),
    ).toBeUndefined();
    expect(samplerOfConfig({ _class_name: 'DPMSolverMultistepScheduler' })?.sampler).toBe('dpmpp_2m');
    expect(samplerOfConfig({})?.sampler).toBe('ddpm');
  });

  it('keeps trained_betas that are not those of cosine', () => {
    const given = { beta_schedule: 'cosine', num_train_timesteps: 2, trained_betas: [0.1, 0.2] };
    expect(parseSchedulerConfig(formatSchedulerConfig(parseSchedulerConfig(given))).trained_betas).toEqual([0.1, 0.2]);
  });
});
