/**
 * Calibration by shadow models: how much likelier a score is if the image was trained on than if it was not. Each image has scores of
 * networks that were trained with it and of others that were not; a Gaussian is laid through each kind.
 *
 * Source: Carlini et al. 2022, "Membership inference attacks from first principles" (arXiv 2112.03570), algorithm 1, online. With variances
 * of their own the values are those of `compute_score_lira` of tensorflow/privacy with its sign turned. A common variance is one for both
 * kinds, as in the paper's code: were it one for each kind, a score above both Gaussians could speak for the flatter of the two. That code
 * takes it over all scores; here it is what is left of them around the median of each image. Golden values: scripts/golden/measures/membership.py.
 */

/** With fewer networks, an image's own variance says less than the common one of all images: as LeakPro has it. */
const FEWEST_FOR_OWN_VARIANCE = 32;
const TINY = 1e-30;

export interface Shadow {
  /** [images, columns] */
  scores: Float64Array;
  /** [images], 1 for those that it was trained on. */
  inside: ArrayLike<number>;
}

/**
 * ln P(score | trained on) - ln P(score | not), the mean of the columns.
 *
 * @param target [images, columns]
 * @param columns which columns count, of `width`
 * @param common whether all images share a variance, for each column; default: where shadows are few
 * @returns [images]
 */
export function logRatios(
  target: Float64Array,
  shadows: readonly Shadow[],
  {
    columns,
    width,
    common = shadows.length < FEWEST_FOR_OWN_VARIANCE,
  }: { columns: readonly number[]; width: number; common?: boolean },
): Float64Array {
  const count = target.length / width;
  const ratios = new Float64Array(count);
  for (const column of columns) {
    const [inside, outside] = [1, 0].map((kind) =>
      gaussians(count, (image) => scoresOf(shadows, kind, image, image * width + column)),
    );
    const shared = common ? deviation([...inside!.rests, ...outside!.rests].flat()) : undefined;
    for (let image = 0; image < count; image++) {
      const score = target[image * width + column]!;
      const [own, other] = [inside!, outside!].map(({ middles, rests }) => {
        return logDensity(score - middles[image]!, shared ?? deviation(rests[image]!));
      });
      ratios[image]! += (own! - other!) / columns.length;
    }
  }
  return ratios;
}

const scoresOf = (shadows: readonly Shadow[], kind: number, image: number, place: number): number[] =>
  shadows.flatMap(({ scores, inside }) => (inside[image] === kind ? [scores[place]!] : []));

/** The median of each image's scores, and what is left of them around it. @param of the scores of an image, at least one */
function gaussians(count: number, of: (image: number) => number[]) {
  const all = Array.from({ length: count }, (_, image) => of(image));
  const middles = all.map(median);
  return { middles, rests: all.map((scores, image) => scores.map((score) => score - middles[image]!)) };
}

function median(scores: readonly number[]): number {
  const sorted = scores.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Of the numbers themselves, not of what they are drawn from. */
function deviation(numbers: readonly number[]): number {
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length);
}

function logDensity(distance: number, spread: number): number {
  const deviation = spread + TINY;
  return -0.5 * (distance / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);
}
