/**
 * Pictures of 16 bits that come out almost black, mostly because their values have 10, 12 or 14 bits: what is said of
 * them, and which window shows them.
 */
import { plural } from '../text/format.ts';

/** The brightest pixel of such a picture stays below this level of 255, as do all values of 14 bits. */
const DARK = 64;

export const isDark = (pixels: Uint8Array | Uint16Array): boolean => !pixels.some((level) => level >= DARK);

/**
 * @param kind of the pictures; windows are for gray ones
 * @param dark the greatest value in the file of each dark picture
 * @param deep how many pictures of this kind have 16 bits
 */
export function noteOnDark(kind: 'gray' | 'colour', dark: readonly number[], deep: number): string {
  const most = dark.reduce((a, b) => Math.max(a, b), 0);
  const bits = Math.max(1, 32 - Math.clz32(most));
  const others = deep > dark.length;
  const which = `${others ? `${dark.length} of ` : ''}${plural(deep, `${kind} image`)} of 16 bits`;
  const verb = dark.length === 1 ? 'is' : 'are';
  const values = `${dark.length === 1 ? 'its' : 'their'} greatest value is ${most}, which takes ${plural(bits, 'bit')}`;
  const advice = kind === 'gray' ? windowFor(bits, others) : 'save with 8 bits, since --window is for gray';
  return `${which} ${verb} almost black, below level ${DARK} of 255 (${values}). If that is wrong: ${advice}.`;
}

/** @param others whether pictures of 16 bits are not dark */
function windowFor(bits: number, others: boolean): string {
  const white = 2 ** bits - 1;
  if (bits === 16) return "'--window centre,width' says which values become black and white";
  const window = `'--window ${white / 2},${white}' shows 0 to ${white} from black to white`;
  return others ? `'--window auto' gives each image its own range; ${window}, and all above as white` : window;
}
