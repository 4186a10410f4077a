/** How far conditions are followed, and at which timesteps: the check of what the controls hold of it. */
import { LARGEST_GUIDANCE } from '@onnoise/scheduler';
import { number } from '@onnoise/scheduler/rules';
import { decimal } from './decimal.ts';

/** Of the scale. */
export const GUIDANCE = number({ min: 0, max: LARGEST_GUIDANCE });

export type Interval = readonly [low: number, high: number];

/** The scale, or undefined where the text is none. */
export function readGuidance(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return GUIDANCE.holds(value) ? value : undefined;
}

export const intervalWords = (timesteps: number): string => `two timesteps from 0 to ${timesteps - 1}, the lower first`;

/** `100,900`, or 'all' for an empty text; undefined where the text is neither. */
export function readInterval(text: string, timesteps: number): Interval | 'all' | undefined {
  if (text.trim() === '') return 'all';
  const [low, high, ...more] = text.split(',').map(decimal);
  if (low === undefined || high === undefined || more.length > 0) return undefined;
  return low <= high && high < timesteps ? [low, high] : undefined;
}
