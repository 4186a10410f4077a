/**
 * Settings that stand in two places and must agree: the size and channels of the images are the network's too, and the
 * scheduler's number of timesteps is the length of the network's time table.
 */
import { InputError, show } from '@onnoise/scheduler';
import { findNetwork } from '../model/index.ts';
import type { ConfigLayer, PartialConfig, TrainConfig } from './config-types.ts';
import { classesOf } from './labels.ts';

type Place = readonly [section: keyof TrainConfig, key: string];

/** Places that hold one setting, by network class. */
function linksOf(className: unknown): readonly (readonly Place[])[] {
  const channelKeys = findNetwork(className)?.channelKeys ?? [];
  return [
    [
      ['data', 'size'],
      ['model', 'sample_size'],
    ],
    [['data', 'channels'], ...channelKeys.map((key): Place => ['model', key])],
    [
      ['scheduler', 'num_train_timesteps'],
      ['model', 'num_train_timesteps'],
    ],
  ];
}

/** Whether a setting of the network only repeats one that stands elsewhere. */
export function isRepeated(section: string, key: string, className: unknown): boolean {
  return (
    section === 'model' &&
    linksOf(className).some((places) => places.some(([at, name]) => at === section && name === key))
  );
}

/**
 * A layer that sets one place of a link sets all of them. Null in the network's config, as diffusers writes it for what is
 * not known, leaves the place open.
 * @throws InputError when it sets them to different values.
 */
export function linkLayer(layer: ConfigLayer, className: unknown): ConfigLayer {
  const config = withoutOpen(layer.config, className);
  for (const places of linksOf(className)) {
    const set = places.filter(([section, key]) => config[section]?.[key] !== undefined);
    const first = set[0];
    if (!first) continue;
    const value = config[first[0]]![first[1]];
    for (const [section, key] of set) {
      if (config[section]![key] === value) continue;
      throw new InputError(
        `Cannot read the settings of ${layer.name}: ${section}.${key} must be ${first.join('.')}, which is ${show(value)}, ` +
          `received ${show(config[section]![key])}.`,
      );
    }
    for (const [section, key] of places) config[section] = { ...config[section], [key]: value };
  }
  return { name: layer.name, config };
}

function withoutOpen(config: PartialConfig, className: unknown): PartialConfig {
  if (config.model === undefined) return { ...config };
  const kept = Object.entries(config.model).filter(
    ([key, value]) => value !== null || !isRepeated('model', key, className),
  );
  return { ...config, model: Object.fromEntries(kept) };
}

/** What settings may leave open, to be seen in the images. */
export interface ImageTraits {
  channels?: 1 | 3 | undefined;
  classNames?: readonly string[] | undefined;
}

/**
 * Fills the network's side of what is known by now: from the scheduler's default, and from the images once there are some.
 * Settings that name `num_class_embeds`, be it as null, fix it.
 */
export function completeModel(
  config: TrainConfig,
  T: number,
  { channels, classNames }: ImageTraits = {},
): Record<string, unknown> {
  const known: PartialConfig = {
    scheduler: { num_train_timesteps: T },
    ...(channels && config.data.channels === undefined && { data: { channels } }),
  };
  const { model = {} } = linkLayer({ name: 'the images', config: known }, config.model._class_name).config;
  return { num_class_embeds: classesOf(classNames), ...model, ...config.model };
}
