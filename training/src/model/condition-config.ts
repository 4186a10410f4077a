/**
 * What every network's configuration says of its conditions. `num_class_embeds` is diffusers' key. The others are ours:
 * where there is a null class alone, readers that do not know them still make the same network, since it is a row of the
 * embedding like any other.
 */
import { type ConditionSpec, readConditions } from '@onnoise/scheduler/model';
import { flag, integer, nullable, type Rule, type Rules, refuse, rule, withDefault } from '@onnoise/scheduler/rules';
import type { ModelConfig } from './types.ts';

/** The values of a table of rules. */
export type Read<R> = { -readonly [K in keyof R]: R[K] extends Rule<infer V> ? V : never };

/** `readConditions` checks its entries. */
const LIST: Rule<ConditionSpec[]> = rule('a list', Array.isArray);

export const CONDITION_RULES: Rules<Pick<ModelConfig, 'num_class_embeds' | 'null_condition' | 'conditions'>> = {
  num_class_embeds: withDefault(null, nullable(integer(1, 100_000))),
  null_condition: withDefault(false, flag),
  conditions: withDefault([], LIST),
};

export interface Conditioning {
  /** Classes that a user can ask for; null without classes. */
  classCount: number | null;
  nullCondition: boolean;
  conditions: readonly ConditionSpec[];
}

/** @throws InputError for conditions of another form, and for a null condition of a network without any, or one class. */
export function conditioningOf(config: ModelConfig): Conditioning {
  const { _class_name, num_class_embeds: rows, null_condition: nullCondition } = config;
  const action = `read the ${_class_name} config`;
  const conditions = readConditions(action, 'the config', config.conditions);
  if (!nullCondition) return { classCount: rows, nullCondition, conditions };
  if (rows === 1 || (rows === null && conditions.length === 0)) {
    refuse(action, 'num_class_embeds', 'at least 2 with null_condition, a class and the null class', rows);
  }
  return { classCount: rows === null ? null : rows - 1, nullCondition, conditions };
}

/** The configuration without our own keys where they are off: so it stays diffusers', and equal to those before them. */
export function withoutOff<C extends ModelConfig>(config: C) {
  const { null_condition, conditions, class_pictures, ...others } = config as C & { class_pictures?: boolean };
  return {
    ...others,
    ...(null_condition && { null_condition }),
    ...(class_pictures && { class_pictures }),
    ...(conditions.length > 0 && { conditions }),
  };
}
