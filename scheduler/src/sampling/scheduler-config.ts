/**
 * `scheduler_config.json` for a sampler: the class of diffusers that has its arithmetic, with the keys that this class
 * knows, and the way back from such a file to the sampler.
 *
 * Limits: clip_sample is written and read for all, though only DDPM, DDIM and Heun clip in diffusers.
 */
import { refuse } from '../rules/errors.ts';
import { SCHEDULER_CLASSES, type SchedulerClass, type SchedulerClassName } from '../schedule/classes.ts';
import { parseSchedulerConfig, type SchedulerConfig, writtenBetas } from '../schedule/config.ts';
import { isStraight, LEVEL_KEYS, OF_BETAS } from '../schedule/process.ts';
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

/** Those of flow matching, for all of its classes. */
const OF_LINE: readonly string[] = ['shift_terminal', 'invert_sigmas', ...LEVEL_KEYS];

/**
 * What `scheduler_config.json` holds. The sampler's class in diffusers loads it with the same tables, and
 * `parseSchedulerConfig` reads it back as it was.
 *
 * @param sampler the file of DDPM is loaded by DDIMScheduler too. Default: ddpm, and euler for flow matching.
 * @throws InputError for a sampler or an option that no class has, and for a configuration that the class cannot hold.
 */
export function formatSchedulerConfig(
  given: SchedulerConfig,
  sampler: SamplerName = isStraight(given) ? 'euler' : 'ddpm',
  settings: SamplerSettings = {},
): Record<string, unknown> {
  const config = parseSchedulerConfig(given);
  const name = classOf(sampler, config);
  const { defaults, keys, own, straight, lineKeys = [] }: SchedulerClass = SCHEDULER_CLASSES[name];
  const line = isStraight(config);
  const standard: Record<string, unknown> = { ...parseSchedulerConfig({}), ...defaults };
  // On a straight line, keys of betas are at their defaults, whatever those of the class are.
  const all = Object.entries(config).filter(([key]) => !line || !(OF_BETAS as readonly string[]).includes(key));
  const written = all.filter(([key, value]) => {
    const decisive = line ? OF_LINE.filter((key) => !lineKeys.includes(key)) : (DECISIVE[sampler] ?? []);
    if (value !== standard[key] && decisive.includes(key)) refuse(ACTION, key, `${standard[key]} for ${name}`, value);
    return keys.includes(key) || (line && lineKeys.includes(key)) || value !== standard[key];
  });
  const { shift, ...values }: Record<string, unknown> = {
    ...Object.fromEntries(written),
    ...(keys.includes('trained_betas') && !line && { trained_betas: writtenBetas(config) }),
    ...own,
    ...identityOf(sampler, settings, name).keys,
  };
  const shifts = straight === 'too' ? { use_flow_sigmas: true, flow_shift: config.shift } : { shift };
  return {
    _class_name: name,
    _diffusers_version: '0.42.1',
    ...Object.fromEntries(Object.entries({ ...values, ...(line && shifts) }).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** @throws InputError where there is none, or where flow matching has no such sampler. */
function classOf(sampler: SamplerName, config: SchedulerConfig): SchedulerClassName {
  const of = (name: SamplerName) => {
    const { diffusers, line } = samplerRecord(name);
    return (isStraight(config) ? line : diffusers) || undefined;
  };
  const names = SAMPLER_NAMES.filter(of);
  const ofLine = isStraight(config) ? ' for flow matching' : '';
  return of(sampler) ?? refuse(ACTION, 'sampler', `one that diffusers has${ofLine}: ${names.join(', ')}`, sampler);
}

/** The solver of the class that a sampler with these choices is. */
function identityOf(sampler: SamplerName, settings: SamplerSettings, className: string): ClassIdentity {
  const { identities } = samplerRecord(sampler);
  const usual = (name: string) => SAMPLER_OPTIONS[name as SamplerOptionName].default;
  const found = identities.find((identity) =>
    Object.entries(identity.settings).every(
      ([name, value]) => (settings[name as SamplerOptionName] ?? usual(name)) === value,
    ),
  );
  if (found) return found;
  const [name] = Object.keys(identities[0]!.settings) as [SamplerOptionName];
  const values = identities.map((identity) => identity.settings[name]);
  return refuse(ACTION, name, `${values.join(' or ')}, as ${className} has it`, settings[name]);
}

/** The sampler that a parsed `scheduler_config.json` is for; undefined where none here has its arithmetic. */
export function samplerOfConfig(
  json: Record<string, unknown>,
): { sampler: SamplerName; settings: SamplerSettings } | undefined {
  const name = json._class_name ?? 'DDPMScheduler';
  for (const sampler of SAMPLER_NAMES) {
    const { diffusers, line, identities } = samplerRecord(sampler);
    const found = [diffusers, line || null].find((one) => one !== null && one === name);
    if (!found) continue;
    const said: Record<string, unknown> = { ...SCHEDULER_CLASSES[found].own, ...json };
    const identity = identities.find(({ keys }) => Object.entries(keys).every(([key, value]) => said[key] === value));
    if (identity) return { sampler, settings: identity.settings };
  }
  return undefined;
}
