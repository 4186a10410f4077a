/** The configuration of a run. Types only. */
import type { SectionConfig } from './fields.ts';

export interface TrainConfig {
  data: SectionConfig<'data'>;
  /** The network's own configuration, with `_class_name`; `createModel` checks it. */
  model: Record<string, unknown>;
  /** Keys of diffusers' scheduler_config.json; those left out take its defaults. */
  scheduler: Record<string, unknown>;
  training: SectionConfig<'training'>;
  output: SectionConfig<'output'>;
}

/** One source of settings. Sections and their fields may be left out. */
export type PartialConfig = { [K in keyof TrainConfig]?: Record<string, unknown> };

export interface ConfigLayer {
  /** For messages: `preset digits`, `config.json`, `the command line`. */
  name: string;
  config: PartialConfig;
  /** Whether it is a preset, whose classes and label dropout give way to the images. */
  preset?: boolean;
}
