/**
 * What the channels of a picture are called, and which of them are shown: one in gray, or three as red, green and blue.
 * The numbers that people give count from 1, as those of frames do; in code they count from 0.
 */
import { InputError, refuse } from '../rules/errors.ts';
import { type Rule, rule } from '../rules/rule.ts';
import type { MaskLabels } from './condition-image.ts';
import { pictureShapeOf } from './mask-output.ts';

import { type ImageShape, MOST_CHANNELS } from './pixels.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/** Of one channel. */
const channelName: Rule<string> = rule(
  'a letter and up to 31 letters, digits, - and _',
  (value) => typeof value === 'string' && NAME.test(value),
);

const COLOURS = ['red', 'green', 'blue'];

/** The pictures of a model, as far as showing them goes. */
export interface ShownFacts {
  shape: ImageShape;
  /** Classes of the mask whose planes follow the channels; they are not shown. */
  maskOutput?: MaskLabels | undefined;
  /** One per channel, where they have names. */
  channelNames?: readonly string[] | undefined;
  /** What `--show` chose when it was trained. */
  show?: string | undefined;
}

/** `gray`, `RGB`, `4 channels` or `2 channels (flair, t1)` */
export function nameChannels(channels: number, names?: readonly string[]): string {
  const told = names === undefined ? '' : ` (${names.join(', ')})`;
  if (channels === 1) return `gray${told}`;
  return channels === 3 && names === undefined ? 'RGB' : `${channels} channels${told}`;
}

/**
 * What a picture shows where nobody says: red, green and blue, if it has them, else the first channel in gray. Three channels
 * without names are colours.
 */
export function shownChannels(channels: number, names?: readonly string[]): readonly number[] {
  const colours = COLOURS.map((colour) => namesOf(channels, names).indexOf(colour));
  return colours.includes(-1) ? [0] : colours;
}

/** Those without names may be called by their colours. */
const namesOf = (channels: number, names?: readonly string[]): readonly string[] =>
  names ?? (channels === 3 ? COLOURS : channels === 1 ? ['gray'] : []);

/** What `--show` takes, whatever the channels are. */
export const showRule: Rule<string> = rule(
  'a channel by its name or number, such as flair or 2, or three for red, green and blue, such as flair,t1,t2',
  (value) => {
    const parts = typeof value === 'string' ? partsOf(value) : [];
    return [1, 3].includes(parts.length) && parts.every((part) => /^[1-9]\d*$/.test(part) || NAME.test(part));
  },
);

const partsOf = (show: string): string[] => show.split(',').map((part) => part.trim());

/**
 * The numbers of the channels to show, from 0: one, or three for red, green and blue.
 * @param action as in `Cannot <action>: ...`
 * @throws InputError for a channel that the pictures do not have
 */
export function shownOf(action: string, { channelNames, show, ...model }: ShownFacts): readonly number[] {
  const [channels] = pictureShapeOf(model);
  if (show === undefined) return shownChannels(channels, channelNames);
  if (!showRule.holds(show)) refuse(action, '--show', showRule.words, show);
  const names = namesOf(channels, channelNames);
  return partsOf(show).map((part) => {
    const at = /^\d/.test(part) ? Number(part) - 1 : names.indexOf(part);
    if (at >= 0 && at < channels) return at;
    const numbers = channels === 1 ? '1' : `1 to ${channels}`;
    const known = [...names, `${names.length > 0 ? 'or ' : ''}${numbers}`].join(', ');
    throw new InputError(`Cannot ${action}: --show must name channels of the pictures, ${known}, received "${part}".`);
  });
}

/** The same, or undefined where they are all channels in their order, so that a picture is drawn as it is. */
export function partShown(action: string, model: ShownFacts): readonly number[] | undefined {
  const shown = shownOf(action, model);
  const [channels] = pictureShapeOf(model);
  return shown.length === channels && shown.every((channel, at) => channel === at) ? undefined : shown;
}

/**
 * The names of a model's channels, from `channel_names` in model_index.json (`{"0": "flair", "1": "t1"}`); undefined where
 * there are none. @throws InputError for other names than one for each channel
 */
export function channelNamesOf(
  action: string,
  index: Readonly<Record<string, unknown>>,
  channels: number,
): string[] | undefined {
  const { channel_names: map = null } = index;
  if (map === null) return undefined;
  const named = (typeof map === 'object' ? map : {}) as Record<string, string>;
  const names = Array.from({ length: channels }, (_, channel) => named[channel]!);
  const whole = Object.keys(named).length === channels && names.every(channelName.holds);
  if (whole && new Set(names).size === channels) return names;
  return refuse(action, 'channel_names of model_index.json', `a different name for each of ${channels} channels`, map);
}

/** Names of up to so many channels. @returns what is wrong with them */
export function namesFault(names: readonly string[]): { rule: string; received: string } | undefined {
  if (names.length > MOST_CHANNELS)
    return { rule: `at most ${MOST_CHANNELS} channels`, received: String(names.length) };
  const wrong = names.find((name) => !channelName.holds(name));
  return wrong === undefined ? undefined : { rule: `named with ${channelName.words}`, received: `"${wrong}"` };
}
