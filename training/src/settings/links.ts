/**
 * Settings that stand in two places and must agree: the network repeats the size and channels of the images, and its
 * time table is as long as the scheduler has timesteps; for flow matching, whose pure noise is timestep T, one row longer.
 */
import { isStraight } from '@onnoise/scheduler';
import { extentOf, type PictureSize, pictureSizeOf, sampleSize, sampleSizeOf, sidesOf } from '@onnoise/scheduler/model';
import { InputError, show } from '@onnoise/scheduler/rules';
import type { DataConditions } from '../data/index.ts';
import type { BesideImages, MaskRole } from '../data/set/beside.ts';
import { channelCount } from '../data/set/channel-patterns.ts';
import { besideChannels } from '../model/condition-config.ts';
import { findNetwork } from '../model/index.ts';
import { classesOf } from './class-count.ts';
import { conditionsOfImages } from './conditions.ts';
import type { ConfigLayer, PartialConfig, TrainConfig } from './config-types.ts';

type Place = readonly [section: keyof TrainConfig, key: string];

/** Places that hold one setting. */
interface Link {
  places: readonly Place[];
  /** How the network writes it under a key, and the value that this means elsewhere. Default: as others do. */
  network?: (key: string) => Writing;
  /** What must be the same in all places. Default: the setting itself. */
  alike?: (setting: unknown) => unknown;
}

interface Writing {
  write: (value: never) => unknown;
  read: (written: unknown) => unknown;
}

/** A size is 64 or 96x64 in settings, and 64 or [64, 96] in the network's. What is neither is refused later. */
const SIZES: Writing = {
  write: (size: PictureSize) => sampleSizeOf(extentOf(size)),
  read(written: unknown) {
    if (!SAMPLE_SIZE.holds(written)) return written;
    const [height, width] = sidesOf(written);
    return pictureSizeOf({ width, height });
  },
};

const SAMPLE_SIZE = sampleSize(Number.MAX_SAFE_INTEGER);

/** What decides how many timesteps a network is told: what it predicts. */
type Scheduler = Readonly<Record<string, unknown>>;

const isStraightLine = ({ prediction_type }: Scheduler) => isStraight({ prediction_type: String(prediction_type) });

const moreTimesteps = (more: number): Writing => {
  const add = (count: number) => (value: unknown) => (typeof value === 'number' ? value + count : value);
  return { write: add(more), read: add(-more) };
};

const countOf = (setting: unknown) => channelCount(setting as number);

/** What decides how a network repeats settings: its class, and the channels that it has beside those of the picture. */
type Network = Readonly<Record<string, unknown>>;

/** @param coded whether the network learns latents, of which an autoencoder says how large they are */
function linksOf(network: Network, scheduler: Scheduler, coded = false): readonly Link[] {
  const { channelKeys = [], unwritten = [] } = findNetwork(network._class_name) ?? {};
  const beside: Record<string, number> = besideChannels(network);
  const plus = (more: number) => (value: unknown) => {
    const count = countOf(value);
    return typeof count === 'number' ? count + more : count;
  };
  const timed = unwritten.includes('num_train_timesteps') ? [] : [timesteps(scheduler)];
  if (coded) return timed;
  return [
    {
      places: [['data', 'channels'], ...channelKeys.map((key): Place => ['model', key])],
      network: (key) => ({ write: plus(beside[key]!), read: plus(-beside[key]!) }),
      alike: countOf,
    },
    {
      places: [
        ['data', 'size'],
        ['model', 'sample_size'],
      ],
      network: () => SIZES,
    },
    ...timed,
  ];
}

const timesteps = (scheduler: Scheduler): Link => ({
  places: [
    ['scheduler', 'num_train_timesteps'],
    ['model', 'num_train_timesteps'],
  ],
  network: () => moreTimesteps(isStraightLine(scheduler) ? 1 : 0),
});

/** Whether a setting of the network only repeats one from elsewhere. */
export function isRepeated(section: string, key: string, network: Network): boolean {
  return (
    section === 'model' &&
    linksOf(network, {}).some(({ places }) => places.some(([at, name]) => at === section && name === key))
  );
}

/**
 * A layer that sets one place of a link sets all of them. Null in the network's config, which diffusers writes for an
 * unknown value, leaves the place open.
 * @param below the network of the layers below, and their scheduler
 * @throws InputError when it sets them to different values.
 */
export function linkLayer(
  layer: ConfigLayer,
  below: { readonly model: Network; readonly scheduler: Scheduler; readonly training?: Network },
): ConfigLayer {
  const whole = networkOver(below.model, layer.config.model);
  const scheduler = { ...below.scheduler, ...(layer.config.scheduler as Scheduler | undefined) };
  const config = withoutOpen(layer.config, whole);
  const coded = [layer.config, below].some(({ training }) => training?.autoencoder !== undefined);
  for (const { places, network, alike = (setting: unknown) => setting } of linksOf(whole, scheduler, coded)) {
    const set = places.filter(([section, key]) => config[section]?.[key] !== undefined);
    const first = set[0];
    if (!first) continue;
    const settingAt = ([section, key]: Place) => {
      const written = config[section]![key];
      return section === 'model' && network ? network(key).read(written) : written;
    };
    const value = settingAt(first);
    for (const place of set) {
      const [section, key] = place;
      if (alike(settingAt(place)) === alike(value)) continue;
      throw new InputError(
        `Cannot read the settings of ${layer.name}: ${section}.${key} must be ${first.join('.')}, which is ${show(value)}, ` +
          `received ${show(config[section]![key])}.`,
      );
    }
    for (const [section, key] of places) {
      const written = section === 'model' && network ? network(key).write(value as never) : value;
      config[section] = { ...config[section], [key]: written };
    }
  }
  return { name: layer.name, config };
}

/** A network's settings over those below; another class begins anew. */
function networkOver(below: Network, given: unknown): Network {
  const own = (given ?? {}) as Network;
  const other = own._class_name !== undefined && own._class_name !== below._class_name;
  return other ? own : { ...below, ...own };
}

function withoutOpen(config: PartialConfig, network: Network): PartialConfig {
  if (config.model === undefined) return { ...config };
  const kept = Object.entries(config.model).filter(
    ([key, value]) => value !== null || !isRepeated('model', key, network),
  );
  return { ...config, model: Object.fromEntries(kept) };
}

/** The network's time table as the scheduler asks for it, where both are known: what it predicts may stand in a layer above both. */
export function withTimesteps(config: TrainConfig): TrainConfig {
  const { num_train_timesteps: T } = config.scheduler;
  if (T === undefined || config.model.num_train_timesteps === undefined) return config;
  const written = moreTimesteps(isStraightLine(config.scheduler) ? 1 : 0).write(T as never);
  return { ...config, model: { ...config.model, num_train_timesteps: written } };
}

/** Traits that settings may leave open, and the images show. */
export interface ImageTraits {
  /** The masks or pictures beside the images. */
  beside?: Pick<BesideImages, 'channels' | 'mask'> | undefined;
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
  { channels, classNames, conditions, train, beside }: ImageTraits = {},
): Record<string, unknown> {
  const untold = findNetwork(config.model._class_name)?.unwritten?.includes('num_class_embeds');
  const pictures = untold ? {} : picturesBeside(config.data.maskRole, beside);
  // Before the images are known, gray stands for them beside masks, whose planes must fit in.
  const found = channels ?? (beside ? 1 : undefined);
  const known: PartialConfig = {
    scheduler: { num_train_timesteps: T },
    ...(found && config.data.channels === undefined && { data: { channels: found } }),
  };
  const given = { ...pictures, ...config.model };
  const { model = {} } = linkLayer(
    { name: 'the images', config: known },
    { model: given, scheduler: config.scheduler, training: config.training },
  ).config;
  const specs = config.model.conditions === undefined ? conditionsOfImages(conditions, train) : [];
  const shown = untold
    ? {}
    : { num_class_embeds: classesOf(classNames), ...(specs.length > 0 && { conditions: specs }) };
  const whole = { ...shown, ...pictures, ...model, ...config.model };
  return withNull({ ...whole, ...widened(config.model, given) }, config.training);
}

/** The mask or picture that the network is told, or the mask that it draws, by the images and what they are for. */
function picturesBeside(role: MaskRole | undefined, beside: ImageTraits['beside']): Record<string, unknown> {
  if (beside === undefined) return {};
  const { channels, mask } = beside;
  if (mask === undefined) return { condition_image: { channels } };
  return role === 'output' ? { mask_output: mask } : { condition_image: mask };
}

/** Numbers of channels that the settings have, with those that the images add. */
function widened(settings: Network, whole: Network): Record<string, unknown> {
  const [before, after]: Record<string, number>[] = [besideChannels(settings), besideChannels(whole)];
  const keys = (findNetwork(whole._class_name)?.channelKeys ?? []).filter((key) => typeof settings[key] === 'number');
  return Object.fromEntries(keys.map((key) => [key, (settings[key] as number) + after![key]! - before![key]!]));
}

/**
 * With label dropout, `num_class_embeds` of a preset or a flag counts the classes of the images, and the null class is
 * added to it. Beside a given `null_condition`, as in the config of a run or of a model folder, it has it already.
 */
function withNull(model: Record<string, unknown>, { labelDropout }: TrainConfig['training']): Record<string, unknown> {
  const { num_class_embeds: classes, null_condition: given, conditions = [] } = model;
  if (labelDropout === 0 || given !== undefined) return model;
  if (typeof classes === 'number') return { ...model, num_class_embeds: classes + 1, null_condition: true };
  const told = (model.condition_image ?? null) !== null || (Array.isArray(conditions) && conditions.length > 0);
  return told ? { ...model, null_condition: true } : model;
}
