/**
 * What every network's configuration says of its conditions. `num_class_embeds` is diffusers' key. `null_condition` is
 * ours: readers that do not know it still make the same network, since the null class is a row like any other.
 */
import { flag, integer, nullable, type Rules, refuse, withDefault } from '@onnoise/scheduler';
import type { ModelConfig } from './types.ts';

export const CLASS_RULES: Rules<Pick<ModelConfig, 'num_class_embeds' | 'null_condition'>> = {
  num_class_embeds: withDefault(null, nullable(integer(1, 100_000))),
  null_condition: withDefault(false, flag),
};

/**
 * Classes that a user can ask for; null without classes.
 * @throws InputError for a null condition that leaves no class.
 */
export function classCountOf(config: ModelConfig): number | null {
  const { _class_name, num_class_embeds: rows, null_condition } = config;
  if (!null_condition) return rows;
  if (rows !== null && rows > 1) return rows - 1;
  const rule = 'at least 2 with null_condition, a class and the null class';
  return refuse(`read the ${_class_name} config`, 'num_class_embeds', rule, rows);
}

/** The configuration without our own keys where they are off: so it stays diffusers', and equal to those before them. */
export function withoutOff<C extends ModelConfig>({ null_condition, ...config }: C) {
  return { ...config, ...(null_condition && { null_condition }) };
}
