/** What an interval of an area under the ROC curve needs: quantiles of the normal distribution, and the interval of a perfect separation. */

export type Interval = readonly [low: number, high: number];

/** Chance that a unit normal number lies above z: Abramowitz & Stegun, the series 26.2.11 and the continued fraction 26.2.14. */
function normalAbove(z: number): number {
  if (z < 0) return 1 - normalAbove(-z);
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let [term, sum] = [z, z];
    for (let k = 1; term > 1e-18 * sum; k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = 0;
  for (let k = 200; k > 0; k--) fraction = k / (z + fraction);
  return density / (z + fraction);
}

/** The number that a unit normal one exceeds with this chance, by halving. @param chance 0 to 0.5 */
export function normalEdge(chance: number): number {
  let [low, high] = [0, 40];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (normalAbove(middle) > chance) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Where DeLong's variance is 0, since all scores of one kind lie above all of the other: the areas that would be z deviations from this
 * one, with the variance that they themselves have. Newcombe 2006, "Confidence intervals for an effect size measure based on the
 * Mann-Whitney statistic, part 2", method 5.
 */
export function newcombe(value: number, members: number, others: number, chance: number): Interval {
  const z = normalEdge(chance / 2);
  const middle = (members + others) / 2 - 1;
  const deviation = (area: number) => {
    const [far, near] = [(1 - area) / (2 - area), area / (1 + area)];
    return Math.sqrt((area * (1 - area) * (1 + middle * (far + near))) / (members * others));
  };
  const edge = (end: number) => {
    let [inner, outer] = [value, end];
    for (let i = 0; i < 60; i++) {
      const area = (inner + outer) / 2;
      if (Math.abs(area - value) <= z * deviation(area)) inner = area;
      else outer = area;
    }
    return (inner + outer) / 2;
  };
  return [value === 0 ? 0 : edge(0), value === 1 ? 1 : edge(1)];
}
