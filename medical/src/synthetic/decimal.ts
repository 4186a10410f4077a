/** A number as DICOM's decimal string, which has at most 16 characters. Source: PS3.5 6.2 (DS). */

const LONGEST = 16;

/** As exact as there is room for. @param value finite */
export function decimal(value: number): string {
  const exact = String(value);
  if (exact.length <= LONGEST) return exact;
  for (let digits = 15; ; digits--) {
    const texts = [String(Number(value.toPrecision(digits))), value.toExponential(digits - 1)];
    const short = texts.find(({ length }) => length <= LONGEST);
    if (short !== undefined) return short;
  }
}
