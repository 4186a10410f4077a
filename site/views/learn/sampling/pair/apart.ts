/** How far apart two samplings are on their way, in what they guess. */

/** After one step. */
export interface Stop {
  /** That the step left. */
  timestep: number;
  /** [C, H, W] */
  x: Float32Array;
  /** The guessed picture. */
  x0: Float32Array;
}

/** Root of the mean squared difference. */
export function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum / a.length);
}

/**
 * The distance of the guesses over the way: x is the share of the T timesteps that is done. Where the steps do not meet, the
 * last guess of each still holds.
 */
export function apart(one: readonly Stop[], other: readonly Stop[], T: number): [x: number, y: number][] {
  const times = [...new Set([...one, ...other].map(({ timestep }) => timestep))].sort((a, b) => b - a);
  const at = (stops: readonly Stop[], time: number) => stops.findLast(({ timestep }) => timestep >= time);
  return times.flatMap((time): [number, number][] => {
    const [a, b] = [at(one, time), at(other, time)];
    return a && b ? [[1 - (time + 1) / T, distance(a.x0, b.x0)]] : [];
  });
}

/** So many of the stops, in even parts of the way, the last among them. */
export function some<T>(stops: readonly T[], count: number): T[] {
  if (stops.length <= count) return [...stops];
  return Array.from({ length: count }, (_, i) => stops[Math.round(((i + 1) * stops.length) / count) - 1]!);
}
