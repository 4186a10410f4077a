/** The settings of `pipeline train`: laid together from what was named and typed, and what of them differs from the named ones. */
import { readFile } from 'node:fs/promises';
import { InputError, parseSchedulerConfig } from '@onnoise/scheduler';
import { countParameters } from '../../model/parameters.ts';
import { presetNames, readPreset } from '../../presets.ts';
import { type ConfigLayer, resolveConfig, resolveOver, SECTIONS, type TrainConfig } from '../../train/config.ts';
import { isRepeated } from '../../train/links.ts';
import { completeConfig } from '../../train/resolve.ts';
import { typedLayer } from './train-fields.ts';

export interface SettingsArguments {
  preset?: string | undefined;
  config?: string | undefined;
  out?: string | undefined;
  resume: boolean;
  [option: string]: unknown;
}

export interface TrainSettings {
  config: TrainConfig;
  /** What stands below what was typed: a run that goes on, a preset, or the defaults. */
  base: { name: string; config: TrainConfig };
}

/** @throws InputError for settings that cannot be read, and where nothing says which network to train. */
export async function readSettings(args: SettingsArguments): Promise<TrainSettings> {
  const layers = await layersOf(args);
  const run = args.resume ? args.out : undefined;
  const named = args.preset !== undefined || run !== undefined;
  const { base, config } = resolveOver(layers, named ? 1 : 0);
  if (config.model._class_name === undefined) {
    throw new InputError(
      `Cannot start training: --preset must name a network to train, received nothing. Presets: ${(await describePresets()).join('; ')}.`,
    );
  }
  return { config, base: { name: run ?? (named ? layers[0]!.name : 'the defaults'), config: base } };
}

/** The lowest first. A continued run stands on its own settings; what is named goes over them and must suit them. */
async function layersOf(args: SettingsArguments): Promise<ConfigLayer[]> {
  const layers: ConfigLayer[] = [];
  if (args.resume && args.out !== undefined) {
    const { readRunLayer } = await import('../../train/run-folder.ts');
    layers.push(await readRunLayer(args.out));
  }
  if (args.preset !== undefined) {
    layers.push({ name: `the preset ${args.preset}`, config: await readPreset(args.preset) });
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

/** `small: UNet2DModel, 32 px, 4.4 million parameters` for each. */
async function describePresets(): Promise<string[]> {
  const describe = async (name: string) => {
    const { model, whole } = completeConfig(resolveConfig([{ name, config: await readPreset(name) }]));
    const millions = (countParameters(model) / 1e6).toFixed(1);
    return `${name} (${whole.model._class_name}, ${whole.data.size} px, ${millions} million parameters)`;
  };
  return Promise.all((await presetNames()).map(describe));
}

/** Lines of `training.lr 0.5 (0.002)`: what is set, and what stands below it. Only a line that says so where nothing differs. */
export function describeDifferences(config: TrainConfig, { name, config: below }: TrainSettings['base']): string[] {
  // Of a network that is named below, all settings are known; else those that were given are.
  const scheduler = { ...parseSchedulerConfig(below.scheduler) };
  const base = below.model._class_name === undefined ? { ...below, scheduler } : completeConfig(below).whole;
  const lines = SECTIONS.flatMap((section) => {
    const [now, then]: Record<string, unknown>[] = [config[section], base[section]];
    return [...new Set([...Object.keys(now!), ...Object.keys(then!)])].flatMap((key) => {
      const [is, was] = [now![key], then![key]].map((value) => (value === undefined ? 'none' : JSON.stringify(value)));
      return is === was || isRepeated(section, key, config.model._class_name)
        ? []
        : [`  ${section}.${key} ${is} (${was})`];
    });
  });
  const heading = lines.length === 0 ? `Settings: those of ${name}.` : `Settings: those of ${name}, but for`;
  return [heading, ...lines];
}
