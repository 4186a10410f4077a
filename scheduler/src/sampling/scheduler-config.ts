/**
 * `scheduler_config.json` for a sampler: the class of diffusers that has its arithmetic, with the keys that this class
 * knows, and the way back from such a file to the sampler.
 *
 * Limits: clip_sample is written and read for all, though only DDPM, DDIM and Heun clip in diffusers.
 */
import { refuse } from '../rules/errors.ts';
import { SCHEDULER_CLASSES, type SchedulerClass } from '../schedule/classes.ts';
import { parseSchedulerConfig, type SchedulerConfig, writtenBetas } from '../schedule/config.ts';
import {
  SAMPLER_NAMES,
  SAMPLER_OPTIONS,
  type SamplerName,
  type SamplerOptionName,
  type SamplerSettings,
  samplerRecord,
} from './methods/samplers.ts';
import type { ClassIdentity } from './rows/record.ts';

const ACTION = "write the scheduler's config";

/** Keys that change a sampler's table, so that its class must have them or leave them at their defaults. */
const DECISIVE: Partial<Record<SamplerName, readonly string[]>> = {
  heun: ['rescale_betas_zero_snr'],
  euler_ancestral: ['use_karras_sigmas', 'use_exponential_sigmas'],
};

/**
 * What `scheduler_config.json` holds. The sampler's class in diffusers loads it with the same tables, and
 * `parseSchedulerConfig` reads it back as it was.
 *
 * @param sampler the file of DDPM is loaded by DDIMScheduler too.
 * @throws InputError for a sampler or an option that no class has, and for a configuration that the class cannot hold.
 */
export function formatSchedulerConfig(
  given: SchedulerConfig,
  sampler: SamplerName = 'ddpm',
  settings: SamplerSettings = {},
): Record<string, unknown> {
  const config = parseSchedulerConfig(given);
  const { diffusers } = samplerRecord(sampler);
  if (diffusers === null) {
    const names = SAMPLER_NAMES.filter((name) => samplerRecord(name).diffusers !== null);
    return refuse(ACTION, 'sampler', `one that diffusers has: ${names.join(', ')}`, sampler);
  }
  const { defaults, keys, own }: SchedulerClass = SCHEDULER_CLASSES[diffusers];
  const standard: Record<string, unknown> = { ...parseSchedulerConfig({}), ...defaults };
  const written = Object.entries(config).filter(([key, value]) => {
    if (value !== standard[key] && DECISIVE[sampler]?.includes(key)) {
      refuse(ACTION, key, `${standard[key]} for ${diffusers}`, value);
    }
    return keys.includes(key) || value !== standard[key];
  });
  const values = {
    ...Object.fromEntries(written),
    trained_betas: writtenBetas(config),
    ...own,
    ...identityOf(sampler, settings).keys,
  };
  return {
    _class_name: diffusers,
    _diffusers_version: '0.42.1',
    ...Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** The solver of the class that a sampler with these choices is. */
function identityOf(sampler: SamplerName, settings: SamplerSettings): ClassIdentity {
  const { identities, diffusers } = samplerRecord(sampler);
  const usual = (name: string) => SAMPLER_OPTIONS[name as SamplerOptionName].default;
  const found = identities.find((identity) =>
    Object.entries(identity.settings).every(
      ([name, value]) => (settings[name as SamplerOptionName] ?? usual(name)) === value,
    ),
  );
  if (found) return found;
  const [name] = Object.keys(identities[0]!.settings) as [SamplerOptionName];
  const values = identities.map((identity) => identity.settings[name]);
  return refuse(ACTION, name, `${values.join(' or ')}, as ${diffusers} has it`, settings[name]);
}

/** The sampler that a parsed `scheduler_config.json` is for; undefined where none here has its arithmetic. */
export function samplerOfConfig(
  json: Record<string, unknown>,
): { sampler: SamplerName; settings: SamplerSettings } | undefined {
  const name = json._class_name ?? 'DDPMScheduler';
  for (const sampler of SAMPLER_NAMES) {
    const { diffusers, identities } = samplerRecord(sampler);
    if (diffusers !== name || diffusers === null) continue;
    const said: Record<string, unknown> = { ...SCHEDULER_CLASSES[diffusers].own, ...json };
    const found = identities.find(({ keys }) => Object.entries(keys).every(([key, value]) => said[key] === value));
    if (found) return { sampler, settings: found.settings };
  }
  return undefined;
}
