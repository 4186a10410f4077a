/** The settings of `pipeline train`: merges a run, a preset, a file and typed options, and lists what differs. */
import { readFile } from 'node:fs/promises';
import { check, InputError, oneOf, parseSchedulerConfig, refuse, text, worded } from '@onnoise/scheduler';
import type { Start } from '../../init/fit.ts';
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
  /** The weights that `--init` names; a run that continues from a checkpoint needs none. */
  start: Start | undefined;
  /** The settings below the typed ones: those of a continued run, a preset, or the defaults. */
  base: { name: string; config: TrainConfig };
}

/** @throws InputError for settings that cannot be read, and when none of them names a network to train. */
export async function readSettings(args: SettingsArguments): Promise<TrainSettings> {
  const given = await layersOf(args);
  const read = await readInit(given, args);
  const layers = read ? [read.layer, ...given] : given;
  const run = args.resume ? args.out : undefined;
  const named = args.preset !== undefined || run !== undefined || read !== undefined;
  const { base, config: resolved } = resolveOver(layers, named ? 1 : 0);
  const config = read ? withHash(resolved, read.start) : resolved;
  const { init, initHash } = config.training;
  if (init === undefined && initHash !== undefined) {
    refuse('start training', '--init-hash', 'left out without --init', initHash);
  }
  if (config.model._class_name === undefined) {
    throw new InputError(
      `Cannot start training: --preset must name a network to train, received nothing. Presets: ${(await describePresets()).join('; ')}.`,
    );
  }
  return {
    config,
    start: read?.start,
    base: { name: run ?? (named ? layers[0]!.name : 'the defaults'), config: base },
  };
}

/** What `--init`, or the same in a file, names. A continued run needs it only if it has no checkpoint yet. */
async function readInit(layers: readonly ConfigLayer[], { resume, out }: SettingsArguments) {
  const init = layers.map(({ config }) => config.training?.init).findLast((value) => value !== undefined);
  if (init === undefined) return undefined;
  if (resume && out !== undefined) {
    const [{ listCheckpoints }, { runPaths }] = await Promise.all([
      import('../../train/checkpoint.ts'),
      import('../../train/run-folder.ts'),
    ]);
    if ((await listCheckpoints(runPaths(out).checkpoints)).length > 0) return undefined;
  }
  const { readStart } = await import('../../init/read-start.ts');
  return readStart(check('start training', '--init', text, init));
}

/** The settings with the hash of the weights. @throws InputError when they name other weights. */
function withHash(config: TrainConfig, { name, hash }: Start): TrainConfig {
  const { initHash } = config.training;
  const rule = worded(`the SHA-256 of the weights of ${name}, ${hash}`, oneOf([hash]));
  if (initHash !== undefined) check('start training', '--init-hash', rule, initHash.toLowerCase());
  return { ...config, training: { ...config.training, initHash: hash } };
}

/** The lowest first. In a continued run its own settings are lowest; a preset or a file must suit them. */
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

/** A heading, then lines such as `training.lr 0.5 (0.002)`: each changed setting, with the base value in brackets. */
export function describeDifferences(config: TrainConfig, { name, config: below }: TrainSettings['base']): string[] {
  // If the lower layers name a network, all of its settings are known; else only those that were given.
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
