/** How straight paths are, and how far few steps end from where the path goes. Points are [N, 2]. */

/** Mean over the points. */
function meanOf(count: number, of: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += of(i);
  return sum / count;
}

const between = (a: Float32Array, b: Float32Array, i: number) =>
  Math.hypot(b[2 * i]! - a[2 * i]!, b[2 * i + 1]! - a[2 * i + 1]!);

/** Mean distance of the points to those of the same number. */
export const distance = (a: Float32Array, b: Float32Array): number => meanOf(a.length / 2, (i) => between(a, b, i));

/**
 * Length of the paths over that of the straight lines between their ends, in all: 1 for straight ones, else more.
 * @param places the points after each step, first the start
 */
export function bend(places: readonly Float32Array[]): number {
  const [first, last] = [places[0]!, places.at(-1)!];
  const length = places.slice(1).reduce((sum, place, i) => sum + distance(places[i]!, place), 0);
  return length / distance(first, last);
}
