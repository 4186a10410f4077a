/**
 * Settings that stand in two places and must agree: the network repeats the size and channels of the images, and its
 * time table is as long as the scheduler has timesteps.
 */
import { extentOf, type PictureSize, pictureSizeOf, sampleSize, sampleSizeOf, sidesOf } from '@onnoise/scheduler/model';
import { InputError, show } from '@onnoise/scheduler/rules';
import type { DataConditions } from '../data/index.ts';
import { findNetwork } from '../model/index.ts';
import { classesOf } from './class-count.ts';
import { conditionsOfImages } from './conditions.ts';
import type { ConfigLayer, PartialConfig, TrainConfig } from './config-types.ts';

type Place = readonly [section: keyof TrainConfig, key: string];

/** Places that hold one setting. */
interface Link {
  places: readonly Place[];
  /** How the network writes it, and the value that this means elsewhere. Default: as others do. */
  network?: { write: (value: never) => unknown; read: (written: unknown) => unknown };
}

/** A size is 64 or 96x64 in settings, and 64 or [64, 96] in the network's. What is neither is refused later. */
const SIZES = {
  write: (size: PictureSize) => sampleSizeOf(extentOf(size)),
  read(written: unknown) {
    if (!SAMPLE_SIZE.holds(written)) return written;
    const [height, width] = sidesOf(written);
    return pictureSizeOf({ width, height });
  },
};

const SAMPLE_SIZE = sampleSize(Number.MAX_SAFE_INTEGER);

/** By network class. */
function linksOf(className: unknown): readonly Link[] {
  const channelKeys = findNetwork(className)?.channelKeys ?? [];
  return [
    {
      places: [
        ['data', 'size'],
        ['model', 'sample_size'],
      ],
      network: SIZES,
    },
    { places: [['data', 'channels'], ...channelKeys.map((key): Place => ['model', key])] },
    {
      places: [
        ['scheduler', 'num_train_timesteps'],
        ['model', 'num_train_timesteps'],
      ],
    },
  ];
}

/** Whether a setting of the network only repeats one from elsewhere. */
export function isRepeated(section: string, key: string, className: unknown): boolean {
  return (
    section === 'model' &&
    linksOf(className).some(({ places }) => places.some(([at, name]) => at === section && name === key))
  );
}

/**
 * A layer that sets one place of a link sets all of them. Null in the network's config, which diffusers writes for an
 * unknown value, leaves the place open.
 * @throws InputError when it sets them to different values.
 */
export function linkLayer(layer: ConfigLayer, className: unknown): ConfigLayer {
  const config = withoutOpen(layer.config, className);
  for (const { places, network } of linksOf(className)) {
    const set = places.filter(([section, key]) => config[section]?.[key] !== undefined);
    const first = set[0];
    if (!first) continue;
    const settingAt = ([section, key]: Place) => {
      const written = config[section]![key];
      return section === 'model' && network ? network.read(written) : written;
    };
    const value = settingAt(first);
    for (const place of set) {
      const [section, key] = place;
      if (settingAt(place) === value) continue;
      throw new InputError(
        `Cannot read the settings of ${layer.name}: ${section}.${key} must be ${first.join('.')}, which is ${show(value)}, ` +
          `received ${show(config[section]![key])}.`,
      );
    }
    for (const [section, key] of places) {
      const written = section === 'model' && network ? network.write(value as never) : value;
      config[section] = { ...config[section], [key]: written };
    }
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

/** Traits that settings may leave open, and the images show. */
export interface ImageTraits {
  channels?: number | undefined;
  classNames?: readonly string[] | undefined;
  conditions?: DataConditions | undefined;
  /** Numbers of the images to train on; without them, all count. */
  train?: ArrayLike<number> | undefined;
}

/**
 * Fills in what the network repeats: from the scheduler's default, and from the images once they are known. Settings
 * that name `num_class_embeds` or `conditions` fix it, even as null or none. Label dropout adds the null class.
 */
export function completeModel(
  config: TrainConfig,
  T: number,
  { channels, classNames, conditions, train }: ImageTraits = {},
): Record<string, unknown> {
  const known: PartialConfig = {
    scheduler: { num_train_timesteps: T },
    ...(channels && config.data.channels === undefined && { data: { channels } }),
  };
  const { model = {} } = linkLayer({ name: 'the images', config: known }, config.model._class_name).config;
  const specs = config.model.conditions === undefined ? conditionsOfImages(conditions, train) : [];
  const shown = { num_class_embeds: classesOf(classNames), ...(specs.length > 0 && { conditions: specs }) };
  return withNull({ ...shown, ...model, ...config.model }, config.training);
}

/**
 * With label dropout, `num_class_embeds` of a preset or a flag counts the classes of the images, and the null class is
 * added to it. Beside a given `null_condition`, as in the config of a run or of a model folder, it has it already.
 */
function withNull(model: Record<string, unknown>, { labelDropout }: TrainConfig['training']): Record<string, unknown> {
  const { num_class_embeds: classes, null_condition: given, conditions = [] } = model;
  if (labelDropout === 0 || given !== undefined) return model;
  if (typeof classes === 'number') return { ...model, num_class_embeds: classes + 1, null_condition: true };
  return Array.isArray(conditions) && conditions.length > 0 ? { ...model, null_condition: true } : model;
}
