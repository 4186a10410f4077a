/** Which real images a run learns from. */
import { shuffle } from '@onnoise/scheduler';
import type { Part } from '../membership/index.ts';

const STREAM = 0x7574_6c00;

/**
 * So many images of a part, chosen by the seed: classes in the shares of the part, and one of each at least. Fewer images of the same seed
 * are, but for such rounding, among them.
 * @param count from the number of classes to that of the part's images
 * @returns their numbers in the dataset, ascending
 */
export function chooseImages({ dataset, numbers }: Part, count: number, seed: number): Uint32Array {
  const byClass = new Map<number, number[]>();
  for (const number of shuffle(numbers.slice(), seed, STREAM)) {
    const label = dataset.labels?.[number] ?? 0;
    const known = byClass.get(label);
    if (known) known.push(number);
    else byClass.set(label, [number]);
  }
  const classes = [...byClass].sort(([a], [b]) => a - b).map(([, images]) => images);
  const taken = sharesOf(
    classes.map((images) => images.length),
    count,
  );
  return Uint32Array.from(classes.flatMap((images, k) => images.slice(0, taken[k]))).sort();
}

/** Whole numbers in the proportions of `sizes`, at least 1 and at most the size each, in sum `count`: by largest remainders. */
function sharesOf(sizes: readonly number[], count: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shares = sizes.map((size) => Math.max(1, Math.floor((count * size) / total)));
  const over = (k: number) => shares[k]! - (count * sizes[k]!) / total;
  const places = sizes.map((_, k) => k);
  for (let sum = shares.reduce((a, b) => a + b, 0); sum !== count; sum += sum < count ? 1 : -1) {
    const [k] =
      sum < count
        ? places.filter((k) => shares[k]! < sizes[k]!).sort((a, b) => over(a) - over(b))
        : places.filter((k) => shares[k]! > 1).sort((a, b) => over(b) - over(a));
    shares[k!]! += sum < count ? 1 : -1;
  }
  return shares;
}
