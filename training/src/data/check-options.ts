/** The rules of the options of `prepareDataset`, checked before any image is read. */

import {
  AXES,
  BACKGROUNDS,
  DEPTHS,
  FITS,
  framesRule,
  type ImageOptions,
  keepsSamples,
  MAX_SIZE,
  windowRule,
} from '@onnoise/base/pictures';
import { extentOf, pictureSize, pictureSizeOf } from '@onnoise/scheduler/model';
import {
  anything,
  check,
  flag,
  integer,
  number,
  oneOf,
  optional,
  type Rule,
  type Rules,
  refuse,
  text,
  worded,
} from '@onnoise/scheduler/rules';
import { MASK_ROLES } from './set/beside.ts';
import { channelCount, channelsRule, checkPatterns, isPatterns } from './set/channel-patterns.ts';
import { labelNamesRule } from './set/label-names.ts';
import { LAYOUTS } from './set/layouts.ts';
import type { PrepareOptions, Source } from './set/types.ts';

const TEXT = worded('a non-empty text', text);

const RULES: Rules<PrepareOptions> = {
  data: TEXT,
  csv: optional(TEXT),
  labelColumn: optional(TEXT),
  labelNames: optional(labelNamesRule),
  size: pictureSize(MAX_SIZE),
  channels: optional(channelsRule),
  depth: optional(oneOf(DEPTHS)),
  fit: oneOf(FITS),
  validationShare: worded('a number from 0 to below 1', number({ min: 0, below: 1 })),
  seed: integer(0, Number.MAX_SAFE_INTEGER),
  strict: flag,
  cacheDir: TEXT,
  background: optional(oneOf(BACKGROUNDS)),
  groupColumn: optional(TEXT),
  conditionColumns: optional(TEXT),
  masks: optional(TEXT),
  maskClasses: optional(TEXT),
  maskRole: optional(oneOf(MASK_ROLES)),
  conditionImages: optional(TEXT),
  window: optional(windowRule),
  frames: optional(framesRule),
  axis: optional(oneOf(AXES)),
  layout: optional(oneOf(LAYOUTS)),
  memoryLimit: anything as Rule<number>,
  labelNamesFrom: optional(TEXT),
};

const ACTION = 'prepare images';

/** Throws InputError for the first option that breaks its rule. */
export function checkOptions(options: PrepareOptions): void {
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(RULES, key));
  if (unknown !== undefined) refuse(ACTION, 'options', `among ${Object.keys(RULES).join(', ')}`, unknown);
  if (isPatterns(options.channels)) checkPatterns(ACTION, options.channels);
  for (const [key, rule] of Object.entries<Rule<unknown>>(RULES)) {
    const value = options[key as keyof PrepareOptions];
    if (value !== undefined || !('default' in rule)) check(ACTION, key, rule, value);
  }
}

/** What the options say of the pixels. @throws InputError for channels that the source cannot have */
export function imageOptions(options: PrepareOptions, source: Pick<Source, 'channels' | 'anyChannels'>): ImageOptions {
  const { channels: own, anyChannels = false } = source;
  const channels = channelCount(options.channels);
  if (own !== undefined && channels !== undefined)
    check(ACTION, '--channels', worded(`left out or ${own}, as the images have`, oneOf([own])), channels);
  const few = options.depth === 16 ? [1] : [1, 3];
  if (own === undefined && channels !== undefined && !anyChannels)
    check(ACTION, '--channels', worded(few.join(' or '), oneOf(few)), channels);
  const { size, depth = 8, fit, background = 'black', window, frames, axis } = options;
  const wanted = own ?? (depth === 16 && !keepsSamples(channels, depth) ? 1 : channels);
  const asked = { ...(depth === 16 && { depth }), ...(wanted && { channels: wanted }) };
  return { size: pictureSizeOf(extentOf(size)), ...asked, fit, background, window, frames, axis };
}
