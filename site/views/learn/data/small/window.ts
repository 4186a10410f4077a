/** Gray values to what a network takes. */

/** The gray values that become -1 and 1. */
export interface Window {
  low: number;
  high: number;
}

export const WHITE = 255;

/** By its middle and its width, in gray values, as a viewer of radiographs has it. */
export const windowOf = (level: number, width: number): Window => ({ low: level - width / 2, high: level + width / 2 });

/** x = 2 (v - low) / (high - low) - 1, within -1 to 1. */
export function scaled(gray: ArrayLike<number>, { low, high }: Window): Float32Array {
  return Float32Array.from(gray, (value) => Math.min(Math.max((2 * (value - low)) / (high - low) - 1, -1), 1));
}

/** Shares of the values that lie outside, and become black or white. */
export function clippedShares(gray: ArrayLike<number>, { low, high }: Window): { black: number; white: number } {
  let [black, white] = [0, 0];
  for (let i = 0; i < gray.length; i++) {
    if (gray[i]! < low) black++;
    else if (gray[i]! > high) white++;
  }
  return { black: black / gray.length, white: white / gray.length };
}
