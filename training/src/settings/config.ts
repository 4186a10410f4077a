/**
 * The configuration of a run: merged from defaults, a preset, a file and flags, checked, printed, and saved with the
 * run as `config.json`.
 */
import { findRemoved } from '@onnoise/base/text';
import { isStraight, OF_BETAS, OF_STRAIGHT, parseSchedulerConfig } from '@onnoise/scheduler';
import { check, InputError, object, show, worded } from '@onnoise/scheduler/rules';
import { findNetwork } from '../model/index.ts';
import type { ConfigLayer, TrainConfig } from './config-types.ts';
import { defaultsOf, type Field, ruleOf } from './field.ts';
import { fields, type Section, type SectionConfig } from './fields.ts';
import { linkLayer, withTimesteps } from './links.ts';

export type { ConfigLayer, PartialConfig, TrainConfig } from './config-types.ts';

export const SECTIONS = ['data', 'model', 'scheduler', 'training', 'output'] as const;
const STOP_FIELDS = ['epochs', 'steps', 'minutes'] as const;
const NAMED_SCHEDULE = ['beta_schedule', 'beta_start', 'beta_end'] as const;

/**
 * Merges the layers over the defaults; later ones win.
 *
 * A layer that names a way to stop (epochs, steps, minutes) replaces that of the layers below, one that names another
 * network class replaces the whole network, one that names a noise schedule replaces the betas below it, and one that goes
 * to flow matching, or away from it, replaces the schedule below it.
 * @throws InputError on unknown sections and fields, and on values that break a field's rule.
 */
export function resolveConfig(layers: readonly ConfigLayer[]): TrainConfig {
  return resolveOver(layers, 0).config;
}

/**
 * The same, with the config of the lower layers alone as `base`.
 * @param below number of lower layers.
 */
export function resolveOver(layers: readonly ConfigLayer[], below: number): { base: TrainConfig; config: TrainConfig } {
  const defaults: TrainConfig = {
    data: defaultsOf(fields.data) as TrainConfig['data'],
    model: {},
    scheduler: {},
    training: defaultsOf(fields.training) as TrainConfig['training'],
    output: defaultsOf(fields.output) as TrainConfig['output'],
  };
  const base = layers.slice(0, below).reduce(layOver, defaults);
  const config = layers.slice(below).reduce(layOver, base);
  parseSchedulerConfig(config.scheduler);
  return { base, config };
}

function layOver(below: TrainConfig, typed: ConfigLayer): TrainConfig {
  const given = withOff(typed);
  checkLayer(given);
  const layer = linkLayer(given, below).config;
  const laid: Record<string, Record<string, unknown>> = Object.fromEntries(
    SECTIONS.map((section) => [section, { ...below[section] }]),
  );
  const { model, scheduler, training } = layer;
  if (model?._class_name !== undefined && model._class_name !== below.model._class_name) laid.model = {};
  // Without it, the number of classes counts those of the images: see `withNull` of links.ts.
  if (model?.num_class_embeds !== undefined) delete laid.model!.null_condition;
  if (scheduler && choosesSchedule(scheduler, below.scheduler.trained_betas)) delete laid.scheduler!.trained_betas;
  for (const key of keysOfOther(scheduler, below.scheduler)) delete laid.scheduler![key];
  if (training && STOP_FIELDS.some((name) => training[name] !== undefined)) {
    for (const name of STOP_FIELDS) delete laid.training![name];
  }
  for (const section of SECTIONS) {
    for (const [key, value] of Object.entries(layer[section] ?? {})) {
      if (value !== undefined) laid[section]![key] = value;
    }
  }
  return withTimesteps(laid as unknown as TrainConfig);
}

/**
 * `off` in a file means what it means on the command line, and a setting of earlier versions that is off means nothing. What is no
 * object of objects is refused later.
 */
function withOff({ name, config }: ConfigLayer): ConfigLayer {
  if (!object.holds(config)) return { name, config };
  const sections = Object.entries(config).map(([section, values]) => {
    const known: Record<string, Field> = Object.hasOwn(fields, section) ? fields[section as Section] : {};
    if (!object.holds(values)) return [section, values];
    const kept = Object.entries(values).filter(
      ([key]) => Object.hasOwn(known, key) || !findRemoved(key)?.isOff?.(values),
    );
    const read = (key: string, value: unknown) =>
      value === 'off' && Object.hasOwn(known, key) && known[key]!.off ? null : value;
    return [section, Object.fromEntries(kept.map(([key, value]) => [key, read(key, value)]))];
  });
  return { name, config: Object.fromEntries(sections) };
}

/** Whether a layer asks for another schedule than the betas below it, which would otherwise outweigh its name. */
function choosesSchedule(scheduler: Record<string, unknown>, betas: unknown): boolean {
  if (!Array.isArray(betas)) return false;
  const T = scheduler.num_train_timesteps ?? betas.length;
  return T !== betas.length || NAMED_SCHEDULE.some((name) => scheduler[name] !== undefined);
}

/** The keys below that mean nothing to the process that a layer goes to, or have other defaults there. */
function keysOfOther({ prediction_type: asked }: Record<string, unknown> = {}, below: Record<string, unknown>) {
  if (typeof asked !== 'string') return [];
  const straight = isStraight({ prediction_type: asked });
  if (straight === isStraight({ prediction_type: String(below.prediction_type) })) return [];
  return [...(straight ? OF_BETAS : OF_STRAIGHT), ...OF_SAMPLING];
}

/** @throws InputError when the settings do not say when to stop or what to train on. */
export function checkComplete({ data, training, model }: TrainConfig): void {
  if (model._class_name === undefined) need('the network', 'by --preset, or by model._class_name in --config');
  if (data.source === undefined) need('--data', 'as digits, a folder of images, a DICOMDIR, or IDX files');
  if (data.size === undefined) need('--size', 'the size of the images in pixels, such as 64 or 96x64');
  if (STOP_FIELDS.every((name) => training[name] === undefined)) requireEnd();
}

/** @throws InputError */
export function requireEnd(): never {
  return need('--epochs, --steps or --minutes', 'one of them');
}

function need(name: string, rule: string): never {
  throw new InputError(`Cannot start training: ${name} must be given, ${rule}.`);
}

function checkLayer({ name: layerName, config }: ConfigLayer): void {
  const action = `read the settings of ${layerName}`;
  const refuse = (text: string): never => {
    throw new InputError(`Cannot ${action}: ${text}.`);
  };
  check(action, 'they', worded(`an object of ${SECTIONS.join(', ')}`, object), config);
  for (const [section, values] of Object.entries(config)) {
    if (!SECTIONS.includes(section as (typeof SECTIONS)[number])) {
      refuse(`${section} must be one of ${SECTIONS.join(', ')}`);
    }
    if (values === undefined) continue;
    check(action, section, object, values);
    if (section === 'model' || section === 'scheduler') continue;
    const known: Record<string, Field> = fields[section as Section];
    for (const [key, value] of Object.entries(values)) {
      const field = Object.hasOwn(known, key)
        ? known[key]!
        : refuse(ruleOfOther(`${section}.${key}`, findRemoved(key)?.instead, known));
      if (value !== undefined) check(action, `${section}.${key} (--${field.flag})`, ruleOf(field), value);
    }
  }
  const stops = STOP_FIELDS.filter((key) => config.training?.[key] !== undefined);
  if (stops.length > 1) {
    refuse(
      `${stops.map((key) => `--${key}`).join(' and ')} must not be given together: each says when to stop. Keep one`,
    );
  }
}

/** @param instead for a setting of earlier versions, what to do */
const ruleOfOther = (name: string, instead: string | undefined, known: Record<string, Field>): string =>
  instead === undefined
    ? `${name} must be one of ${Object.keys(known).join(', ')}`
    : `${name} is no setting any more. ${instead}`;

/** Keys of the scheduler that say how samplers clip, and are nothing to training. */
const OF_SAMPLING: readonly string[] = ['clip_sample', 'clip_sample_range'];

/**
 * Compares a run's configuration with that of its checkpoint, both resolved. The table of settings says what may
 * change; nothing of the network may, and of the scheduler only what training does not use.
 *
 * @returns one sentence for each setting that changed, was allowed to, and makes a difference.
 * @throws InputError that names the first setting that may not change.
 */
export function compareConfigs(stored: TrainConfig, wanted: TrainConfig, run: string): string[] {
  const refuse = (name: string, before: unknown, now: unknown): never => {
    throw new InputError(
      `Cannot continue ${run}: ${name} must be ${show(before ?? null)} as in its checkpoint, received ${show(now ?? null)}. ` +
        'Leave it out to continue, or choose another folder for a new run.',
    );
  };
  const compareAll = (section: string, before: Record<string, unknown>, now: Record<string, unknown>) => {
    const all = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
      (key) => !same(before[key], now[key]),
    );
    const fixed = all.find((key) => section !== 'scheduler' || !OF_SAMPLING.includes(key));
    if (fixed !== undefined) refuse(`${section}.${fixed}`, before[fixed], now[fixed]);
    return all.map((key) => `${section}.${key} was ${tell(before[key])} and is now ${tell(now[key])}.`);
  };
  // First, because it may change the network too.
  for (const [section, key, field] of eachField()) {
    const [was, is] = [settingOf(stored, section, key), settingOf(wanted, section, key)];
    const [wasOff, isOff] = [was, is].map((value) => value === (field.off ? null : 0));
    const shown = (value: unknown) => (field.off ? (value ?? 'off') : value);
    if (field.fixedOff && wasOff !== isOff) refuse(`${section}.${key} (--${field.flag})`, shown(was), shown(is));
  }
  const [before, now] = [stored, wanted].map(({ scheduler }) => parseSchedulerConfig(scheduler));
  // It changes the network's time table, too, which would be named first.
  const [was, is] = [before!.prediction_type, now!.prediction_type];
  const sameNetwork = stored.model._class_name === wanted.model._class_name;
  if (sameNetwork && isStraight(before!) !== isStraight(now!)) refuse('scheduler.prediction_type', was, is);
  compareAll('model', withDefaults(stored.model), withDefaults(wanted.model));
  const changes = [
    ...compareAll('scheduler', { ...before }, { ...now }),
    ...compareEnds(stored.training, wanted.training),
  ];
  for (const [section, key, field] of eachField()) {
    const [was, is] = [settingOf(stored, section, key), settingOf(wanted, section, key)];
    if (field.onResume === 'free' || isStop(key) || same(was, is)) continue;
    if (field.onResume === 'fixed') refuse(`${section}.${key} (--${field.flag})`, was, is);
    changes.push(`--${field.flag} was ${tell(was)} and is now ${tell(is)}.`);
  }
  return changes;
}

/** A network's keys that are newer than the run had their defaults then. The size is always given; any will do here. */
const withDefaults = (model: Record<string, unknown>): Record<string, unknown> => ({
  ...findNetwork(model._class_name)?.read({ _class_name: model._class_name, sample_size: 64 }),
  ...model,
});

/** The rows of the table of settings. */
const eachField = () =>
  (['data', 'training', 'output'] as const).flatMap((section) =>
    Object.entries<Field>(fields[section]).map(([key, field]) => [section, key, field] as const),
  );

const settingOf = (config: TrainConfig, section: Section, key: string) =>
  (config[section] as Record<string, unknown>)[key];

/** The three ways to end count as one setting, since a run uses one of them. */
function compareEnds(before: SectionConfig<'training'>, now: SectionConfig<'training'>): string[] {
  const endOf = (training: SectionConfig<'training'>) => {
    const key = STOP_FIELDS.find((name) => training[name] !== undefined);
    return key === undefined ? 'nowhere' : `--${key} ${training[key]}`;
  };
  const [was, is] = [endOf(before), endOf(now)];
  return was === is ? [] : [`The end was ${was} and is now ${is}.`];
}

const tell = (value: unknown) => {
  if (value === null || value === undefined) return value === null ? 'off' : 'not given';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
const isStop = (key: string) => (STOP_FIELDS as readonly string[]).includes(key);
const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
