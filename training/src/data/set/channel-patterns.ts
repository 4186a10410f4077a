/**
 * Patterns that say which files of a folder are the channels of its images: `flair=*_flair.nii.gz,t1=*_t1.nii.gz`. What
 * the `*` stands for, any text with or without folders, is what the files of one image have in common.
 */
import { MOST_CHANNELS, namesFault } from '@onnoise/scheduler/model';
import { InputError, integer, object, type Rule, rule } from '@onnoise/scheduler/rules';

/** A pattern for each channel, by its name and in their order. */
export type ChannelPatterns = Readonly<Record<string, string>>;

export const isPatterns = (channels: number | ChannelPatterns | undefined): channels is ChannelPatterns =>
  typeof channels === 'object';

/** How many channels the setting asks for. */
export const channelCount = (channels: number | ChannelPatterns | undefined): number | undefined =>
  isPatterns(channels) ? Object.keys(channels).length : channels;

const NUMBER = integer(1, MOST_CHANNELS);

export const channelsRule: Rule<number | ChannelPatterns> = rule(
  `${NUMBER.words}, or up to ${MOST_CHANNELS} names with a pattern each that has one *, such as flair=*_flair.nii.gz,t1=*_t1.nii.gz`,
  (value) => NUMBER.holds(value) || (object.holds(value) && faultOf(value) === undefined),
);

/** @throws InputError that says what is wrong with them */
export function checkPatterns(action: string, patterns: ChannelPatterns): void {
  const fault = faultOf(patterns);
  if (fault) throw new InputError(`Cannot ${action}: --channels must ${fault.rule}, received ${fault.received}.`);
}

function faultOf(patterns: Readonly<Record<string, unknown>>): { rule: string; received: string } | undefined {
  const names = Object.keys(patterns);
  if (names.length === 0) return { rule: 'name at least one channel', received: 'none' };
  const fault = namesFault(names);
  if (fault) return { rule: `be ${fault.rule}`, received: fault.received };
  const wrong = names.find((name) => !isPattern(patterns[name]));
  if (wrong === undefined) return undefined;
  return { rule: `give ${wrong} a pattern with one *`, received: JSON.stringify(patterns[wrong]) };
}

export const isPattern = (pattern: unknown): boolean => typeof pattern === 'string' && pattern.split('*').length === 2;

/**
 * The key of the image that a file belongs to: the text that `*` stands for, after the folders that come before the pattern.
 * `a/b_t1.png` has the key `a/b` by `*_t1.png`, and `s1/t1/7.png` has `s1/7` by `t1/*.png`. Names are compared in Unicode's
 * composed form. @returns undefined for a file that the pattern does not match
 */
export function keyOf(path: string, pattern: string): string | undefined {
  const [before, after] = pattern.normalize('NFC').split('*') as [string, string];
  const whole = path.normalize('NFC');
  if (!whole.endsWith(after)) return undefined;
  const end = whole.length - after.length;
  for (let start = 0; ; ) {
    const from = start + before.length;
    if (whole.startsWith(before, start) && from < end) {
      return `${whole.slice(0, start)}${whole.slice(from, end)}`.replace(/\/$/, '') || undefined;
    }
    start = whole.indexOf('/', start) + 1;
    if (start === 0) return undefined;
  }
}

/** The path that a key has by a pattern, where no folders come before it. */
export const pathOf = (key: string, pattern: string): string => pattern.replace('*', () => key);
