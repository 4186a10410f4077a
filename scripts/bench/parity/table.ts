/** The results as tables in Markdown, for docs/notes. */
import type { Measure } from '#evaluation/sets/types.ts';
import type { CurveDifference } from './curves.ts';
import { differenceOf, meanOf } from './difference.ts';

/** Of one seed. */
export interface SeedResult {
  seed: number;
  curves: CurveDifference;
  /** Largest difference of pictures of our weights, sampled by both sides, of a range of 2. */
  sampled: number;
  ours: readonly Measure[];
  torch: readonly Measure[];
}

export function curveTable(title: string, results: readonly SeedResult[]): string {
  const head = [
    'data',
    'seed',
    'first step',
    'first ten',
    '1 % apart at',
    'loss at the end, ours',
    'PyTorch',
    'one model, sampled by both',
  ];
  const lines = results.map(({ seed, curves: { first, ten, apart, ours, torch }, sampled }) => [
    title,
    String(seed),
    first.toExponential(1),
    ten.toExponential(1),
    apart === undefined ? 'never' : `from step ${apart}`,
    ours.toFixed(5),
    torch.toFixed(5),
    sampled.toExponential(1),
  ]);
  return markdown(head, lines);
}

/** A line a measure. The interval of the difference holds 0 where the sides are level. */
export function measureTable(title: string, results: readonly SeedResult[]): string {
  const head = ['data', 'measure', 'real', 'noise', 'ours', 'PyTorch', 'ours - PyTorch', 'level'];
  const lines = results[0]!.ours.map(({ id, name, real, noise }) => {
    const [ours, torch] = (['ours', 'torch'] as const).map((side) =>
      results.map((result) => result[side].find((measure) => measure.id === id)!.model.value),
    );
    const { value, interval } = differenceOf(ours!, torch!);
    const level = interval ? (interval[0] <= 0 && interval[1] >= 0 ? 'yes' : 'no') : '-';
    const range = interval ? ` (${number(interval[0])} to ${number(interval[1])})` : '';
    return [
      title,
      name,
      number(real.value),
      number(noise.value),
      ...[ours!, torch!].map(several),
      `${number(value)}${range}`,
      level,
    ];
  });
  return markdown(head, lines);
}

/** `9.2 (8.8, 9.1, 9.7)` */
const several = (values: readonly number[]) => `${number(meanOf(values))} (${values.map(number).join(', ')})`;
const number = (value: number) => String(Number(value.toPrecision(3)));

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
