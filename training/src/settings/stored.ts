/** The configuration of a run as it was written, perhaps before there were all settings of today. */
import { object } from '@onnoise/scheduler/rules';
import { type ConfigLayer, resolveConfig, type TrainConfig } from './config.ts';

/** What runs did before there was a setting, where that is not its default. */
const FORMER = { conditional: 0 } as const;

/** A layer that goes on as it was. What is no object of objects is refused later. */
export function storedLayer({ name, config }: ConfigLayer): ConfigLayer {
  if (!object.holds(config?.training)) return { name, config };
  return { name, config: { ...config, training: { ...FORMER, ...config.training } } };
}

/** @throws InputError when the settings are wrong */
export const storedConfig = (name: string, config: TrainConfig): TrainConfig =>
  resolveConfig([storedLayer({ name, config: { ...config } })]);
