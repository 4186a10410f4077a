/** Words for a sampler's own options, and which of their choices the model and the sampler take. */
import {
  compileSampler,
  InputError,
  SAMPLER_NAMES,
  type SamplerName,
  type SamplerOption,
  type SamplerOptionName,
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
