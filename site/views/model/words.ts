/** Readable numbers. */

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** `4.7 MB`: powers of 1000, as download managers have them. */
export function bytes(count: number): string {
  if (count === 1) return '1 byte';
  let unit = 0;
  let value = count;
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[unit]}`;
}

/** `1,063,777` */
export const whole = (count: number) => count.toLocaleString('en');

/** `about 1.2 million` */
export function about(count: number): string {
  const rounded = Number(count.toPrecision(2));
  return `about ${rounded < 1e6 ? whole(rounded) : `${whole(rounded / 1e6)} million`}`;
}
