/** Segments of DICOM SEG as label maps. */

/** By which names are compared. */
export const keyOf = (name: string) => name.trim().normalize('NFC').toLowerCase();

/**
 * Writes the labels of a frame over those before.
 * @param segment absent where the values are numbers of segments
 * @returns whether another label was there
 */
export function paint(
  labels: Uint16Array,
  values: ArrayLike<number>,
  segment: number | undefined,
  numbers: ReadonlyMap<number, number>,
): boolean {
  const numberOf = (value: number) => numbers.get(value) ?? value;
  const own = segment === undefined ? undefined : numberOf(segment);
  let overlaps = false;
  for (let i = 0; i < labels.length; i++) {
    if (values[i] === 0) continue;
    const label = own ?? numberOf(values[i]!);
    if (labels[i] !== 0 && labels[i] !== label) overlaps = true;
    labels[i] = label;
  }
  return overlaps;
}
