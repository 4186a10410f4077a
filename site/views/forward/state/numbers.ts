/** Readable numbers: three significant digits, and powers of ten instead of many zeros. */

const MINUS = '\u2212';
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** "0.0412", "12.3", "1.2 × 10⁻⁵", "∞"; "–" for what does not exist. */
export function readable(value: number | undefined, digits = 3): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 100_000)) return scientific(value, digits);
  return significant(value, digits).replace('-', MINUS);
}

/** Never with an exponent, which toPrecision writes where it rounds up to another digit: 999.9 is 1000. */
function significant(value: number, digits: number): string {
  return Math.abs(value) >= 10 ** digits - 0.5 ? value.toFixed(0) : value.toPrecision(digits);
}

function scientific(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
  return `${mantissa.replace('-', MINUS)} × 10${superscript(Number(exponent))}`;
}

/** A tick of a logarithmic axis: "0.01", "1", "10", "10⁻⁵". */
export function powerOfTen(exponent: number): string {
  return exponent >= -2 && exponent <= 2 ? String(10 ** exponent) : `10${superscript(exponent)}`;
}

function superscript(integer: number): string {
  return [...String(integer)].map((c) => (c === '-' ? '⁻' : SUPERSCRIPTS[Number(c)])).join('');
}

/** "3,210,000". Not by Intl, whose first formatter takes a phone 40 ms. */
export const grouped = (value: number): string => value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');

/** "0.04 ms", "12.5 ms", "1.24 s" */
export function duration(milliseconds: number): string {
  if (milliseconds >= 999.5) return `${significant(milliseconds / 1000, 3)} s`;
  if (milliseconds >= 10) return `${significant(milliseconds, 3)} ms`;
  return `${milliseconds.toFixed(milliseconds >= 1 ? 1 : 2)} ms`;
}

/** A share from 0 to 1: "48 %", "0.3 %", "less than 0.01 %". */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.01) return 'less than 0.01 %';
  return `${value >= 1 || value === 0 ? value.toFixed(0) : value.toPrecision(1)} %`;
}
