/** From times to rows of the table: medians with quartiles, and ratios of the rounds that stood side by side. */
import type { Side } from './side.ts';
import type { Task } from './tasks.ts';

export const HEAD = ['| task | side | ms an image | ours (first row) is as fast, times |', '|---|---|---|---|'];

/**
 * A row for each side of a task. The first side is the one that all others are compared with.
 * @param times milliseconds of one piece of work, [sides][rounds]
 */
export function rowsOf({ title, images }: Task, sides: readonly Side[], times: readonly number[][]): string[] {
  const first = times[0]!;
  return sides.map((side, number) => {
    const perImage = times[number]!.map((ms) => ms / images);
    const ratio =
      number === 0
        ? ''
        : spread(
            times[number]!.map((ms, round) => ms / first[round]!),
            2,
          );
    return `| ${title} | ${side.name} | ${spread(perImage, 2)} | ${ratio} |`;
  });
}

/** `8.61 (8.55-8.70)`: the median, and the quartiles around it. */
export function spread(values: readonly number[], digits: number): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(digits));
  return `${middle} (${low}-${high})`;
}

/** Between two values by linear interpolation, as numpy's `quantile`. @param share 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [a, b] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return a + (place - below) * (b - a);
}
