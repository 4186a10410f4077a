/** What is judged: ways of sampling, written as `ddim 10 eta=0.5 spacing=trailing`: sampler, steps, options. */
import { type SampleOptions } from '@onnoise/runtime-node';
import { check, compileSampler, oneOf, SAMPLER_NAMES, type SchedulerConfig } from '@onnoise/scheduler';

/** Calls of the network that each sampler gets. */
const CALLS = [5, 8, 10, 20, 50];

/** Ways to spread the steps that suit few of them, beside the model's own. */
const SPACED = ['heun', 'dpmpp_2m', 'dpmpp_3m', 'dpmpp_2s_ancestral', 'dpmpp_2m_sde', 'unipc'];

/** The whole table, in the order of its lines. */
export const CASES: readonly string[] = [
  ...SAMPLER_NAMES.flatMap((sampler) => CALLS.map((calls) => `${sampler} ${stepsFor(sampler, calls)}`)),
  'ddpm 250',
  ...SPACED.flatMap((sampler) => CALLS.map((calls) => `${sampler} ${stepsFor(sampler, calls)} spacing=exponential`)),
  ...[5, 8, 10, 20].map((steps) => `ddim ${steps} eta=0.5`),
  ...[5, 8, 10, 20].map((steps) => `ddim ${steps} eta=1`),
];

/** Samplers of two calls make 2 n - 1 of them in n steps. */
function stepsFor(sampler: string, calls: number): number {
  return sampler === 'heun' || sampler === 'dpmpp_2s_ancestral' ? Math.ceil(calls / 2) : calls;
}

/** @throws InputError for an unknown sampler; the options are checked when it samples. */
export function parseCase(words: string): SampleOptions & { sampler: string; steps: number } {
  const [sampler = '', steps, ...options] = words.split(' ');
  check('read a case', 'its sampler', oneOf(SAMPLER_NAMES), sampler);
  const pairs = options.map((option) => option.split('=') as [string, string]);
  const settings = pairs.map(([name, value]) => [name, Number.isNaN(Number(value)) ? value : Number(value)] as const);
  return { ...Object.fromEntries(settings), sampler, steps: Number(steps) } as ReturnType<typeof parseCase>;
}

/** Pictures that the network is called for in one sampled picture: a guided call counts twice. */
export function callsOf(words: string, scheduler: SchedulerConfig): number {
  const { guidance = 1, ...options } = parseCase(words) as Parameters<typeof compileSampler>[1] & { guidance?: number };
  return compileSampler(scheduler, options).rows.length * (guidance === 1 ? 1 : 2);
}
