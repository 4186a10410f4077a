/** Label maps: pictures whose pixels are labels, whole numbers from 0 to 65535, and those that PNG files store. */

import { pngExtent } from './chunks.ts';
import { type Shown, storedAt, turnedExtent } from './orientation.ts';
import { readPngSamples } from './samples.ts';

const LARGEST = 65_535;

/** How far a scaled number may be from a whole one: a slope of a file is a float of 32 bits. */
const ROUNDING = 1e-3;

/** A picture of labels, at the size of its file. */
export interface LabelGrid extends Shown {
  /** [height, width] */
  labels: Uint16Array;
}

/** A label map as it is shown, of one as it is stored. */
export function turnLabels({ width, height, labels }: LabelGrid, orientation = 1): LabelGrid {
  if (orientation === 1) return { width, height, labels };
  const shown = turnedExtent({ width, height }, orientation);
  const at = (i: number) => storedAt({ width, height }, orientation, i % shown.width, Math.floor(i / shown.width));
  return { ...shown, labels: labels.map((_, i) => labels[at(i)]!), orientation };
}

/** @throws Error with the reason where a value is no label */
export function toLabels(valueAt: (at: number) => number, count: number): Uint16Array {
  const labels = new Uint16Array(count);
  for (let at = 0; at < count; at++) {
    const value = valueAt(at);
    const label = Math.round(value);
    if (!(Math.abs(value - label) <= ROUNDING && label >= 0 && label <= LARGEST)) {
      throw new Error(
        `its values must be whole numbers from 0 to ${LARGEST}, and one is ${Number(value.toPrecision(6))}`,
      );
    }
    labels[at] = label;
  }
  return labels;
}

/**
 * Gray, or indexes of a palette; also colours that are all gray, and opaque. Turned as its EXIF orientation says.
 * @param most pixels of a picture
 * @throws Error with the reason why the file cannot be used
 */
export async function labelsOfPng(file: Uint8Array, most: number): Promise<LabelGrid> {
  const { width, height, channels, bits, samples } = await readPngSamples(file, most);
  const colours = channels > 2 ? 3 : 1;
  if (colours < channels) requireOpaque(samples, channels, 2 ** bits - 1);
  const { orientation } = pngExtent(file)!;
  return turnLabels({ width, height, labels: grayLabels(samples, channels, colours) }, orientation);
}

function requireOpaque(samples: ArrayLike<number>, channels: number, opaque: number): void {
  for (let i = channels - 1; i < samples.length; i += channels) {
    if (samples[i] !== opaque) throw new Error('it has transparent pixels, which have no label: save it as gray');
  }
}

/**
 * The one channel, or the first of three that are the same.
 * @param samples [height, width, channels], of which the first `colours` are no alpha
 * @throws Error with the reason where they differ, or are no labels
 */
export function grayLabels(samples: ArrayLike<number>, channels: number, colours: number): Uint16Array {
  return toLabels((at) => {
    const value = samples[channels * at]!;
    for (let c = 1; c < colours; c++) if (samples[channels * at + c] !== value) throw new Error(COLOURED);
    return value;
  }, samples.length / channels);
}

const COLOURED = 'it is in colour, and a label is one number: save it as gray, or with a palette';
