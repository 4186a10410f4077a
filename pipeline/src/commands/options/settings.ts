/** The settings of `pipeline train`: merges a run, a preset, a file and typed options, and lists what differs. */
import { readFile } from 'node:fs/promises';
import { InputError, parseSchedulerConfig } from '@onnoise/scheduler';
import { completeConfig, settingsOf, type TrainSettings } from '@onnoise/training/plan';
import { type ConfigLayer, isRepeated, readPreset, SECTIONS, type TrainConfig } from '@onnoise/training/settings';
import { typedLayer } from './train-fields.ts';

export interface SettingsArguments {
  preset?: string | undefined;
  config?: string | undefined;
  out?: string | undefined;
  resume: boolean;
  [option: string]: unknown;
}

/** @throws InputError as `settingsOf` does, and for a file of settings that cannot be read */
export async function readSettings(args: SettingsArguments): Promise<TrainSettings> {
  return settingsOf(await layersOf(args), args.resume ? args.out : undefined);
}

/** The lowest first. In a continued run its own settings are lowest; a preset or a file must suit them. */
async function layersOf(args: SettingsArguments): Promise<ConfigLayer[]> {
  const layers: ConfigLayer[] = [];
  if (args.resume && args.out !== undefined) {
    const { readRunLayer } = await import('@onnoise/training/saved');
    layers.push(await readRunLayer(args.out));
  }
  if (args.preset !== undefined) {
    layers.push(await readPreset(args.preset));
  }
  if (args.config !== undefined) layers.push({ name: args.config, config: await readConfigFile(args.config) });
  layers.push({ name: 'the command line', config: typedLayer(args) });
  return layers;
}

async function readConfigFile(path: string): Promise<ConfigLayer['config']> {
  const refuse = (rule: string): never => {
    throw new InputError(`Cannot read the settings: --config must be ${rule}, received ${path}.`);
  };
  const text = await readFile(path, 'utf8').catch(() => refuse('a file that can be read'));
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`a JSON file (${(error as Error).message})`);
  }
}

/** A heading, then lines such as `training.lr 0.5 (0.002)`: each changed setting, with the base value in brackets. */
export function describeDifferences(config: TrainConfig, { name, config: below }: TrainSettings['base']): string[] {
  // If the lower layers name a network, all of its settings are known; else only those that were given.
  const scheduler = { ...parseSchedulerConfig(below.scheduler) };
  const base = below.model._class_name === undefined ? { ...below, scheduler } : completeConfig(below).whole;
  const lines = SECTIONS.flatMap((section) => {
    const [now, then]: Record<string, unknown>[] = [config[section], base[section]];
    return [...new Set([...Object.keys(now!), ...Object.keys(then!)])].flatMap((key) => {
      const [is, was] = [now![key], then![key]].map((value) => (value === undefined ? 'none' : JSON.stringify(value)));
      return is === was || isRepeated(section, key, config.model) ? [] : [`  ${section}.${key} ${is} (${was})`];
    });
  });
  const heading = lines.length === 0 ? `Settings: those of ${name}.` : `Settings: those of ${name}, except`;
  return [heading, ...lines];
}
