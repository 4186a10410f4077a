export { type ChannelPatterns, checkPatterns } from '../data/set/channel-patterns.ts';
export { augmentFields } from './augment-fields.ts';
export { imagesPerStep } from './batch.ts';
export { tellClasses } from './class-count.ts';
export {
  type ConfigLayer,
  checkComplete,
  type PartialConfig,
  resolveConfig,
  SECTIONS,
  type TrainConfig,
} from './config.ts';
export { dataFields } from './data-fields.ts';
export { defaultsOf, type Field, SEED } from './field.ts';
export { fields, LESSON_GUIDANCE, type Section } from './fields.ts';
export { isRepeated } from './links.ts';
export { presetNames, readPreset } from './presets.ts';
export { PRIVACY_FIELDS, privacyFields } from './privacy-fields.ts';
