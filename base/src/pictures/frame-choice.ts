/** Which frames of a file with several are taken: those of DICOM, the slices of NIfTI, the pages of TIFF and the like. */
import { type Rule, rule } from '@onnoise/scheduler/rules';

/** Numbers count from 1, as in DICOM, and both ends belong to the range. */
export type FrameChoice = 'first' | 'middle' | 'all' | { from: number; to: number };

const RANGE = /^([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/;

export const framesRule: Rule<string> = rule(
  'first, middle, all, or numbers from 1 such as 7 or 10-20',
  (value) => typeof value === 'string' && choiceOf(value) !== undefined,
);

/** @param text one that `framesRule` holds for */
export const parseFrames = (text: string | undefined, fallback: FrameChoice): FrameChoice =>
  text === undefined ? fallback : (choiceOf(text) ?? fallback);

function choiceOf(text: string): FrameChoice | undefined {
  if (text === 'first' || text === 'middle' || text === 'all') return text;
  const [all, first, last = first] = RANGE.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  return all !== undefined && from <= to ? { from, to } : undefined;
}

/**
 * The numbers, from 0, of the frames to take of `count`.
 * @throws Error with the reason where the file has none of them
 */
export function chooseFrames(choice: FrameChoice, count: number): number[] {
  if (choice === 'first') return [0];
  if (choice === 'middle') return [Math.floor((count - 1) / 2)];
  const { from, to } = choice === 'all' ? { from: 1, to: count } : choice;
  if (from > count) {
    throw new Error(`it has ${count === 1 ? '1 frame' : `${count} frames`}, and frame ${from} was asked for`);
  }
  return Array.from({ length: Math.min(to, count) - from + 1 }, (_, i) => from - 1 + i);
}
