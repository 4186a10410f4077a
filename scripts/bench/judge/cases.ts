/** What is judged: ways of sampling, written as `ddim 10 eta=0.5 spacing=trailing`: sampler, steps, options. */
import {
  compileSampler,
  SAMPLER_NAMES,
  type SamplerName,
  type SamplerOptions,
  type SchedulerConfig,
} from '@onnoise/scheduler';
import { check, oneOf } from '@onnoise/scheduler/rules';

/** Calls of the network that each sampler gets. */
const CALLS = [5, 8, 10, 20, 50];

/** Ways to spread the steps that suit few of them, beside the model's own. */
const SPACED = ['heun', 'dpmpp_2m', 'dpmpp_3m', 'dpmpp_2s_ancestral', 'dpmpp_2m_sde', 'unipc'];

/** The whole table, in the order of its lines. */
export const CASES: readonly string[] = [
  ...SAMPLER_NAMES.flatMap((sampler) => CALLS.map((calls) => `${sampler} ${stepsFor(sampler, calls)}`)),
  'ddpm 250',
  ...CALLS.map((steps) => `dpmpp_2m_sde ${steps} spacing=leading noise=2`),
  'dpmpp_2m_sde 10 spacing=karras',
  ...SPACED.flatMap((sampler) => CALLS.map((calls) => `${sampler} ${stepsFor(sampler, calls)} spacing=exponential`)),
  ...[5, 8, 10, 20].map((steps) => `ddim ${steps} eta=0.5`),
  ...[5, 8, 10, 20].map((steps) => `ddim ${steps} eta=1`),
];

/** The ways of the chart: one of each kind. */
export const CHARTED: readonly string[] = [
  'dpmpp_2m_sde',
  'dpmpp_2m_sde spacing=leading noise=2',
  'dpmpp_2m_sde spacing=exponential',
  'ddpm',
  'ddim',
  'dpmpp_2m',
  'unipc',
];

/** Samplers of two calls make 2 n - 1 of them in n steps. */
function stepsFor(sampler: string, calls: number): number {
  return sampler === 'heun' || sampler === 'dpmpp_2s_ancestral' ? Math.ceil(calls / 2) : calls;
}

/**
 * Unguided unless it says `guidance=1.5`; guided at all timesteps unless it says `guidanceInterval=100,900`.
 * @throws InputError for an unknown sampler; the options are checked when it samples.
 */
export function parseCase(words: string): SamplerOptions & { guidance: number } {
  const [sampler = '', steps, ...options] = words.split(' ');
  check('read a case', 'its sampler', oneOf(SAMPLER_NAMES), sampler);
  const settings = options.map((option) => {
    const [name, value = ''] = option.split('=');
    if (value.includes(',')) return [name, value.split(',').map(Number)] as const;
    return [name, Number.isNaN(Number(value)) ? value : Number(value)] as const;
  });
  return { guidance: 1, ...Object.fromEntries(settings), sampler: sampler as SamplerName, steps: Number(steps) };
}

/** Calls of the network for one picture; a guided one counts twice. */
export function callsOf(words: string, scheduler: SchedulerConfig): number {
  const { guidance, ...options } = parseCase(words);
  return compileSampler(scheduler, options).rows.length * (guidance === 1 ? 1 : 2);
}

/** `ddim 10 eta=0.5` is a point of the line `ddim eta=0.5`. */
export function wayOf(words: string): string {
  const [sampler, , ...options] = words.split(' ');
  return [sampler, ...options].join(' ');
}
