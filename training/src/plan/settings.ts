/** The settings of a run, from layers: which weights it starts from, and what lies below the settings that were given. */
import { check, InputError, oneOf, refuse, text, worded } from '@onnoise/scheduler/rules';
import type { Autoencoder } from '../autoencoder/index.ts';
import type { Start } from '../fine-tuning/fit.ts';
import { countParameters } from '../model/parameters.ts';
import { type ConfigLayer, resolveConfig, resolveOver, type TrainConfig } from '../settings/config.ts';
import { presetNames, readPreset } from '../settings/presets.ts';
import { autoencoderLayer, refuseLatentSize, withLatentSize } from './latents.ts';
import { completeConfig, type Yielding } from './resolve.ts';
import { withTeacher } from './teacher.ts';

export interface TrainSettings {
  config: TrainConfig;
  /** The weights that `--init` names; a run that continues from a checkpoint needs none. */
  start: Start | undefined;
  /** Whose latents the network learns. */
  autoencoder: Autoencoder | undefined;
  /** The settings below the typed ones: those of a continued run, a preset, or the defaults. */
  base: { name: string; config: TrainConfig };
  yielding: Yielding;
}

/**
 * @param resumed folder of the run that is continued; its settings are the lowest layer
 * @throws InputError for settings that cannot be read, and when none of them names a network to train.
 */
export async function settingsOf(given: readonly ConfigLayer[], resumed?: string): Promise<TrainSettings> {
  const read = await readInit(given, resumed);
  const known = resumed === undefined ? given : given.map(withoutImages);
  const coded = await readCoded(given, read?.start.name, resumed);
  if (coded && read && resumed === undefined) await requireOwnLatents(coded, read.start.name, given);
  const all = [...(read ? [read.layer] : []), ...known];
  const layers = withAutoencoder(all, coded, { begun: read !== undefined, resumed: resumed !== undefined });
  const named = given.some(({ preset }) => preset) || resumed !== undefined || read !== undefined;
  const { base, config: resolved } = resolveOver(layers, named ? 1 : 0);
  const whole = read ? withTeacher(withHash(resolved, read.start), read.start) : resolved;
  const config = coded ? withLatentSize(whole, coded) : whole;
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
    autoencoder: coded,
    base: { name: resumed ?? (named ? layers[0]!.name : 'the defaults'), config: base },
    yielding: { ...yieldingOf(layers), conditions: read !== undefined && !known.some(namesConditions) },
  };
}

/**
 * The lowest first, with what the autoencoder says above presets, and below what was given. A run that continues has it in its own
 * settings.
 * @param begun whether the lowest is that of weights to start from
 */
function withAutoencoder(
  layers: readonly ConfigLayer[],
  coded: Autoencoder | undefined,
  { begun, resumed }: { begun: boolean; resumed: boolean },
): readonly ConfigLayer[] {
  if (!coded || resumed) return layers;
  const at = Math.max(begun ? 1 : 0, layers.findLastIndex(({ preset }) => preset) + 1);
  for (const layer of layers.slice(at)) refuseLatentSize(layer);
  return [...layers.slice(0, at), autoencoderLayer(coded), ...layers.slice(at)];
}

/** What `--autoencoder`, or the same in a file, names; of a run that continues, its own copy; of a model to start from, its own. */
async function readCoded(layers: readonly ConfigLayer[], start: string | undefined, resumed: string | undefined) {
  const asked = layers.map(({ config }) => config.training?.autoencoder).findLast((value) => value !== undefined);
  const { hasAutoencoder, readAutoencoder } = await import('../autoencoder/index.ts');
  if (resumed !== undefined && (await hasAutoencoder(resumed))) return readAutoencoder(resumed);
  if (asked !== undefined) return readAutoencoder(check('start training', '--autoencoder', text, asked));
  if (start !== undefined && (await hasAutoencoder(start))) return readAutoencoder(start);
  return undefined;
}

/**
 * Weights know the latents of one autoencoder. Whoever names the hash of another means it.
 * @throws InputError for another, and for weights that know pictures
 */
async function requireOwnLatents(coded: Autoencoder, start: string, layers: readonly ConfigLayer[]): Promise<void> {
  if (layers.some(({ config }) => config.training?.autoencoderHash !== undefined)) return;
  const { hasAutoencoder, readAutoencoder } = await import('../autoencoder/index.ts');
  const own = (await hasAutoencoder(start)) ? await readAutoencoder(start) : undefined;
  if (own?.hash === coded.hash) return;
  const rule = own
    ? `that of ${start}, whose latents its weights know`
    : `left out, as the weights of ${start} know pictures`;
  throw new InputError(
    `Cannot start training: --autoencoder must be ${rule}, received ${coded.name}. To do it all the same, add --autoencoder-hash ${coded.hash}.`,
  );
}

/** The layer, or a preset without what it says of images and labels: a run that continues keeps its own. */
function withoutImages(layer: ConfigLayer): ConfigLayer {
  if (!layer.preset) return layer;
  const { source: _images, ...data } = layer.config.data ?? {};
  const { num_class_embeds: _classes, ...model } = layer.config.model ?? {};
  const { labelDropout: _share, ...training } = layer.config.training ?? {};
  return { ...layer, config: { ...layer.config, data, model, training } };
}

/** What a preset gives, and no layer above it. */
function yieldingOf(layers: readonly ConfigLayer[]): Yielding {
  const byPreset = (section: 'model' | 'training', key: string) => {
    const top = layers.findLast(({ config }) => config[section]?.[key] !== undefined);
    return top?.preset ? (top.config[section]![key] as number) : undefined;
  };
  return { classes: byPreset('model', 'num_class_embeds'), labelDropout: byPreset('training', 'labelDropout') };
}

/** Whether a layer other than a preset says what the network is conditional on. */
const namesConditions = ({ preset, config: { model = {} } }: ConfigLayer): boolean =>
  !preset && ['num_class_embeds', 'null_condition', 'conditions'].some((key) => model[key] !== undefined);

/** What `--init`, or the same in a file, names. A continued run needs it only if it has no checkpoint yet. */
async function readInit(layers: readonly ConfigLayer[], resumed: string | undefined) {
  const init = layers.map(({ config }) => config.training?.init).findLast((value) => value !== undefined);
  if (init === undefined) return undefined;
  if (resumed !== undefined) {
    const [{ listCheckpoints }, { runPaths }] = await Promise.all([
      import('../saved/checkpoint.ts'),
      import('../saved/run-folder.ts'),
    ]);
    if ((await listCheckpoints(runPaths(resumed).checkpoints)).length > 0) return undefined;
  }
  const { readStart } = await import('../fine-tuning/read-start.ts');
  return readStart(check('start training', '--init', text, init));
}

/** The settings with the hash of the weights. @throws InputError when they name other weights. */
function withHash(config: TrainConfig, { name, hash }: Start): TrainConfig {
  const { initHash } = config.training;
  const rule = worded(`the SHA-256 of the weights of ${name}, ${hash}`, oneOf([hash]));
  if (initHash !== undefined) check('start training', '--init-hash', rule, initHash.toLowerCase());
  return { ...config, training: { ...config.training, initHash: hash } };
}

/** `small: UNet2DModel, 32 px, 4.4 million parameters` for each. */
async function describePresets(): Promise<string[]> {
  const describe = async (name: string) => {
    const { model, whole } = completeConfig(resolveConfig([await readPreset(name)]));
    const millions = (countParameters(model) / 1e6).toFixed(1);
    return `${name} (${whole.model._class_name}, ${whole.data.size} px, ${millions} million parameters)`;
  };
  return Promise.all((await presetNames()).map(describe));
}
