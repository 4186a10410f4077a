/**
 * Which measured values become black and white: the window of DICOM, for every picture deeper than 8 bits.
 *
 * | choice         | black                | white                | for                                                 |
 * |----------------|----------------------|----------------------|-----------------------------------------------------|
 * | `dicom`        | as the file says     | as the file says     | DICOM and NIfTI; the darkest and brightest of a      |
 * |                |                      |                      | file without a window, and of TIFF of measurements;  |
 * |                |                      |                      | the full range of PNG and TIFF of 16 bits            |
 * | `auto`         | the darkest value    | the brightest value  | each picture, and all slices of a NIfTI file at once |
 * | centre, width  | centre - width / 2   | centre + width / 2   | values after rescaling: Hounsfield units in CT       |
 */
import { type Rule, rule } from '@onnoise/scheduler/rules';

export interface Window {
  centre: number;
  /** Above 0. */
  width: number;
}

export type WindowChoice = 'dicom' | 'auto' | Window;

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)`;
const NUMBERS = new RegExp(`^(${NUMBER}),(${NUMBER})$`);

export const windowRule: Rule<string> = rule(
  'dicom, auto, or a centre and a width above 0 such as 40,400',
  (value) => typeof value === 'string' && windowOf(value) !== undefined,
);

/** @param text one that `windowRule` holds for; default `dicom` */
export const parseWindow = (text = 'dicom'): WindowChoice => windowOf(text) ?? 'dicom';

function windowOf(text: string): WindowChoice | undefined {
  if (text === 'dicom' || text === 'auto') return text;
  const [, centre, width] = NUMBERS.exec(text.replaceAll(' ', '')) ?? [];
  return Number(width) > 0 ? { centre: Number(centre), width: Number(width) } : undefined;
}

/** The largest gray level of 16 bits. */
export const WHITE = 65_535;

/** A level from 0, black, to 65535, white, of a share from 0 to 1 and beyond. */
export const levelOf = (share: number): number => (share >= 1 ? WHITE : share > 0 ? Math.round(share * WHITE) : 0);

/** A share of white, 0 at `least` and 1 at `most`, which is greater. */
export const between = (least: number, most: number): ((value: number) => number) => {
  const range = most - least;
  return (value) => (value - least) / range;
};

/** A picture that a window of its own values cannot show. */
export class BlankError extends Error {}

/**
 * From the darkest value to the brightest.
 * @param least, most of all values that count, as `extremes` gives them
 * @throws BlankError where they are the same, so that none is dark or bright
 */
export function fullRange(least: number, most: number): (value: number) => number {
  if (least > most) throw new BlankError('blank: all its values are padding or no numbers');
  if (least === most) throw new BlankError('blank: all its values are the same');
  return between(least, most);
}

export const within = ({ centre, width }: Window) => between(centre - width / 2, centre + width / 2);

/** The least and the most of all values that are finite; Infinity and -Infinity where there is none. */
export function extremes(valueAt: (at: number) => number, count: number): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < count; at++) {
    const value = valueAt(at);
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}
