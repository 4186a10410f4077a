/**
 * What every network's configuration says of its conditions. `num_class_embeds` is diffusers' key. The others are ours:
 * where there is a null class alone, readers that do not know them still make the same network, since it is a row of the
 * embedding like any other.
 */
import {
  type ConditionImage,
  type ConditionSpec,
  type MaskLabels,
  readConditionImage,
  readConditions,
  readMaskLabels,
  sidesOf,
} from '@onnoise/scheduler/model';
import {
  flag,
  integer,
  nullable,
  object,
  only,
  type Rule,
  type Rules,
  refuse,
  rule,
  withDefault,
} from '@onnoise/scheduler/rules';
import type { ChannelKey, ModelConfig } from '../layers/types.ts';

/** The values of a table of rules. */
export type Read<R> = { -readonly [K in keyof R]: R[K] extends Rule<infer V> ? V : never };

/** `readConditions` checks its entries. */
const LIST: Rule<ConditionSpec[]> = rule('a list', Array.isArray);

type ConditionKey = 'num_class_embeds' | 'null_condition' | 'conditions' | 'condition_image' | 'mask_output';

export const CONDITION_RULES: Rules<Pick<ModelConfig, ConditionKey>> = {
  num_class_embeds: withDefault(null, nullable(integer(1, 100_000))),
  null_condition: withDefault(false, flag),
  conditions: withDefault([], LIST),
  condition_image: withDefault(null, nullable(object)),
  mask_output: withDefault(null, nullable(object)),
};

/** The same keys, and that of the time, for a network that is told nothing of its pictures, whatever their labels. */
export const UNTOLD: Rules<Pick<ModelConfig, ConditionKey | 'num_train_timesteps'>> = {
  num_class_embeds: only(null),
  null_condition: only(false),
  conditions: withDefault(
    [],
    rule('an empty list', (list) => LIST.holds(list) && list.length === 0),
  ),
  condition_image: only(null),
  mask_output: only(null),
  num_train_timesteps: withDefault(1, integer(1, 100_001)),
};

export interface Conditioning {
  /** Classes that a user can ask for; null without classes. */
  classCount: number | null;
  nullCondition: boolean;
  conditions: readonly ConditionSpec[];
  conditionImage?: ConditionImage;
  maskOutput?: MaskLabels;
}

/** @throws InputError for conditions of another form, and for a null condition of a network without any, or one class. */
export function conditioningOf(config: ModelConfig): Conditioning {
  const { _class_name, num_class_embeds: rows, null_condition: nullCondition } = config;
  const action = `read the ${_class_name} config`;
  const conditions = readConditions(action, 'the config', config.conditions);
  const sides = sidesOf(config.sample_size);
  const conditionImage = readConditionImage(action, 'the config', config.condition_image, sides);
  const drawn = config.mask_output;
  const maskOutput = drawn === null ? undefined : readMaskLabels(action, 'mask_output of the config', drawn);
  const others = {
    nullCondition,
    conditions,
    ...(conditionImage && { conditionImage }),
    ...(maskOutput && { maskOutput }),
  };
  if (!nullCondition) return { classCount: rows, ...others };
  if (rows === 1 || (rows === null && conditions.length === 0 && !conditionImage)) {
    refuse(action, 'num_class_embeds', 'at least 2 with null_condition, a class and the null class', rows);
  }
  return { classCount: rows === null ? null : rows - 1, ...others };
}

/** What a configuration's keys of channels hold beside the channels of the picture. */
export function besideChannels(config: Partial<Record<keyof ModelConfig, unknown>>): Record<ChannelKey, number> {
  const { condition_image: image, mask_output: mask } = config as Partial<ModelConfig>;
  const told = readConditionImage('read the config', 'the config', image, [1, 1])?.shape[0] ?? 0;
  const drawn = mask ? readMaskLabels('read the config', 'mask_output of the config', mask).classes.length : 0;
  return { in_channels: told + drawn, out_channels: drawn, image_channels: drawn };
}

/** The configuration without our own keys where they are off: so it stays diffusers', and equal to those before them. */
export function withoutOff<C extends ModelConfig>(config: C) {
  const { null_condition, conditions, condition_image, mask_output, class_pictures, ...others } = config as C & {
    class_pictures?: boolean;
  };
  return {
    ...others,
    ...(null_condition && { null_condition }),
    ...(class_pictures && { class_pictures }),
    ...(conditions.length > 0 && { conditions }),
    ...(condition_image && { condition_image }),
    ...(mask_output && { mask_output }),
  };
}
