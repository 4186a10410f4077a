/** Words for a sampler and its own options, and which of their choices the model and the sampler take. */
import {
  compileSampler,
  InputError,
  overshoots,
  SAMPLER_NAMES,
  type SamplerName,
  type SamplerOption,
  type SamplerOptionName,
  type SamplerValues,
  type SchedulerConfig,
  samplerRecord,
} from '@onnoise/scheduler';

/** The option's phrase as a sentence, with samplers' names as the page writes them: `DDIM's fresh noise, from 0 ...` */
export function optionHint({ describe }: SamplerOption): string {
  const named = SAMPLER_NAMES.reduce(
    (text, name) => text.replace(new RegExp(`\\b${name}'s`, 'g'), `${samplerRecord(name).label}'s`),
    describe,
  );
  return `${named.charAt(0).toUpperCase()}${named.slice(1)}.`;
}

/** Whether a table can be made; true before the model is known. */
export function fits(
  config: SchedulerConfig | undefined,
  sampler: SamplerName,
  option?: { readonly [K in SamplerOptionName]?: string },
): boolean {
  if (config === undefined) return true;
  try {
    compileSampler(config, { sampler, steps: 1, ...(option as object) });
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** What the sampler does, or that so few steps of it leave noise. @param asked undefined while something in the fields is wrong */
export function samplerHint(
  sampler: SamplerName,
  config?: SchedulerConfig,
  asked?: SamplerValues & { steps: number; sampler: SamplerName },
): string {
  const tooLong = config && asked && fits(config, sampler) && overshoots(compileSampler(config, asked));
  return tooLong
    ? 'The first step is too long for Heun and leaves noise: choose exponential spacing, or more steps.'
    : samplerRecord(sampler).hint;
}
