/** Numbers as labels: whole, from 0 to 65535, and not many different ones. */

/** Most different labels of a file; what has more is a picture. */
export const MOST_LABELS = 256;
const LARGEST = 65_535;

/** How far a scaled number may be from a whole one: a slope of a file is a float of 32 bits. */
const ROUNDING = 1e-3;

/** A picture of labels, at the size of its file. */
export interface LabelGrid {
  width: number;
  height: number;
  /** [height, width] */
  labels: Uint16Array;
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

/** @param grids all that were read of one file @throws Error with the reason where they are no label maps */
export function requireFewLabels(grids: readonly LabelGrid[]): void {
  const seen = new Uint8Array(LARGEST + 1);
  let different = 0;
  for (const { labels } of grids) {
    for (const label of labels) {
      if (seen[label] === 1) continue;
      seen[label] = 1;
      different++;
    }
  }
  if (different <= MOST_LABELS) return;
  throw new Error(
    `it has ${different} different values, more than ${MOST_LABELS}: it looks like a picture, not a label map`,
  );
}
