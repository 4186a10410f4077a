import {
  formatSchedulerConfig,
  InputError,
  isStraight,
  lastTimestep,
  makeSchedule,
  parseSchedulerConfig,
  samplerOfConfig,
} from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';

const FLOW = { prediction_type: 'flow_prediction' };
const EULER = { _class_name: 'FlowMatchEulerDiscreteScheduler' };
const HEUN = { _class_name: 'FlowMatchHeunDiscreteScheduler' };
const DPM = { _class_name: 'DPMSolverMultistepScheduler', ...FLOW, use_flow_sigmas: true };

describe('parseSchedulerConfig of flow matching', () => {
  it('does not clip, and is the same with and without the name of the class', () => {
    const config = parseSchedulerConfig(FLOW);
    expect(config).toMatchObject({ ...FLOW, clip_sample: false, shift: 1 });
    expect(isStraight(config)).toBe(true);
    expect(parseSchedulerConfig(EULER)).toEqual(config);
    expect(parseSchedulerConfig(HEUN)).toEqual(config);
    expect(parseSchedulerConfig(config)).toEqual(config);
  });

  it('reads the file of Stable Diffusion 3, and of a class that says what it does not use', () => {
    const sd3 = { ...EULER, _diffusers_version: '0.29.0.dev0', num_train_timesteps: 1000, shift: 3.0 };
    expect(parseSchedulerConfig(sd3)).toEqual(parseSchedulerConfig({ ...FLOW, shift: 3 }));
    const whole = {
      ...sd3,
      base_image_seq_len: 256,
      base_shift: 0.5,
      invert_sigmas: false,
      max_image_seq_len: 4096,
      max_shift: 1.15,
      shift_terminal: null,
      stochastic_sampling: false,
      time_shift_type: 'exponential',
      use_beta_sigmas: false,
      use_dynamic_shifting: false,
      use_exponential_sigmas: null,
      use_karras_sigmas: false,
    };
    expect(parseSchedulerConfig(whole)).toEqual(parseSchedulerConfig(sd3));
    expect(samplerOfConfig(whole)).toEqual({ sampler: 'euler', settings: {} });
    expect(parseSchedulerConfig({ ...EULER, shift_terminal: 0 }).shift_terminal).toBeNull();
  });

  it.each([
    [{ ...EULER, use_dynamic_shifting: true }, 'use_dynamic_shifting must be false (a shift that depends on the size'],
    [{ ...EULER, stochastic_sampling: true }, 'stochastic_sampling must be false'],
    [{ ...EULER, time_shift_type: 'cubic' }, 'time_shift_type must be one of exponential, linear'],
    [{ ...EULER, prediction_type: 'epsilon' }, 'prediction_type must be flow_prediction for FlowMatchEuler'],
    [{ ...HEUN, prediction_type: 'v_prediction' }, 'prediction_type must be flow_prediction for FlowMatchHeun'],
    [{ ...FLOW, shift: 0 }, 'shift must be a number above 0, received 0'],
    [{ ...FLOW, shift: -1 }, 'shift must be a number above 0, received -1'],
    [{ ...FLOW, shift_terminal: 1 }, 'shift_terminal must be null or a number'],
    [{ ...FLOW, use_karras_sigmas: true, use_beta_sigmas: true }, 'use_beta_sigmas must be false where use_karras'],
    [{ ...FLOW, rescale_betas_zero_snr: true }, 'rescale_betas_zero_snr must be left out with prediction_type flow'],
    [{ ...FLOW, beta_schedule: 'cosine' }, 'beta_schedule must be left out with prediction_type flow_prediction'],
    [{ ...FLOW, timestep_spacing: 'trailing' }, 'timestep_spacing must be left out with prediction_type flow'],
    [{ ...FLOW, final_sigmas_type: 'sigma_min' }, 'final_sigmas_type must be zero with prediction_type flow'],
    [{ ...FLOW, flow_shift: 3 }, 'flow_shift must be left out: the key is shift'],
    [{ shift: 3 }, 'shift must be left out without prediction_type flow_prediction'],
    [{ invert_sigmas: true }, 'invert_sigmas must be left out without prediction_type flow_prediction'],
    [
      { _class_name: 'DDIMScheduler', ...FLOW },
      'prediction_type must be one of epsilon, sample, v_prediction for DDIM',
    ],
    [{ _class_name: 'EulerDiscreteScheduler', ...FLOW }, 'v_prediction for EulerDiscreteScheduler'],
    [{ ...DPM, use_flow_sigmas: false }, 'use_flow_sigmas must be true with prediction_type flow_prediction'],
    [{ ...DPM, prediction_type: 'epsilon' }, 'use_flow_sigmas must be false with prediction_type epsilon'],
    [{ ...DPM, use_karras_sigmas: true }, 'use_karras_sigmas must be false with use_flow_sigmas'],
    [{ ...DPM, rescale_betas_zero_snr: true }, 'rescale_betas_zero_snr must be false with use_flow_sigmas'],
  ])('refuses %j', (json, sentence) => {
    expect(() => parseSchedulerConfig(json)).toThrow(InputError);
    expect(() => parseSchedulerConfig(json)).toThrow(`Cannot read the scheduler's config: `);
    expect(() => parseSchedulerConfig(json)).toThrow(sentence);
  });
});

describe('formatSchedulerConfig of flow matching', () => {
  const configs = fc.record(
    {
      num_train_timesteps: fc.integer({ min: 1, max: 2000 }),
      shift: fc.double({ min: 0.1, max: 20, noNaN: true }),
      shift_terminal: fc.constantFrom(null, 0.02, 0.3),
      invert_sigmas: fc.boolean(),
      clip_sample: fc.boolean(),
      level: fc.constantFrom('use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas'),
    },
    { requiredKeys: [] },
  );

  it('is read back as it was, and names the class', () => {
    fc.assert(
      fc.property(configs, ({ level, ...given }) => {
        const config = parseSchedulerConfig({ ...FLOW, ...given, ...(level && { [level]: true }) });
        const written = formatSchedulerConfig(config);
        expect(written).toMatchObject(EULER);
        expect(Object.keys(written)).not.toContain('prediction_type');
        expect(Object.keys(written)).not.toContain('beta_schedule');
        expect(parseSchedulerConfig(written)).toEqual(config);
      }),
    );
  });

  it.each([
    ['heun', { invert_sigmas: true }, 'invert_sigmas must be false for FlowMatchHeunDiscreteScheduler'],
    ['heun', { use_karras_sigmas: true }, 'use_karras_sigmas must be false for FlowMatchHeunDiscreteScheduler'],
    ['dpmpp_2m', { shift_terminal: 0.1 }, 'shift_terminal must be null for DPMSolverMultistepScheduler'],
    ['unipc', { use_beta_sigmas: true }, 'use_beta_sigmas must be false for UniPCMultistepScheduler'],
    ['ddim', {}, 'sampler must be one that diffusers has for flow matching: euler, heun, dpmpp_2m'],
  ] as const)('refuses what the class of %s does not have: %j', (sampler, given, sentence) => {
    const config = parseSchedulerConfig({ ...FLOW, ...given });
    expect(() => formatSchedulerConfig(config, sampler)).toThrow(`Cannot write the scheduler's config: ${sentence}`);
  });
});

describe('makeSchedule of flow matching', () => {
  const config = parseSchedulerConfig({ ...FLOW, num_train_timesteps: 40, shift: 2 });
  const schedule = makeSchedule(config);

  it('is the straight line, whose timestep T is pure noise and is told as T', () => {
    const { signal, noise, times } = schedule;
    expectClose(
      signal.map((share, t) => share + noise[t]!),
      new Float64Array(40).fill(1),
      { absolute: 1e-15 },
    );
    expectClose([noise[0]!, noise[19]!, noise[39]!], [2 / 40 / (1 + 1 / 40), 2 / 3, 1], { absolute: 1e-15 });
    expectClose([times[19]!, times[39]!], [(40 * 2) / 3, 40], { absolute: 1e-12 });
    expect(lastTimestep(config)).toBe(40);
    expect(lastTimestep(parseSchedulerConfig({ num_train_timesteps: 40 }))).toBe(39);
  });
});
