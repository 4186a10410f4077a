/** Logistic regression of two kinds on several numbers: what a small program could learn to tell them apart. */

const ROUNDS = 400;
const RATE = 0.5;
/** Of the squared weights, a number each: with few examples the plain fit tells nothing of new ones. */
const DECAY = 0.02;

/**
 * Accuracy on cases that it was not trained on: trained on each half, tested on the other.
 * @param negative a row of numbers a case; the same numbers, in the same order, for all cases
 */
export function logisticAccuracy(negative: readonly number[][], positive: readonly number[][]): number {
  const half = (which: 0 | 1): Case[] =>
    [negative, positive].flatMap((rows, kind) =>
      rows.filter((_, i) => i % 2 === which).map((row) => ({ row, positive: kind === 1 })),
    );
  const right = rightBy(half(0), half(1)) + rightBy(half(1), half(0));
  return right / (negative.length + positive.length);
}

interface Case {
  row: readonly number[];
  positive: boolean;
}

function rightBy(train: readonly Case[], test: readonly Case[]): number {
  const scale = scalesOf(train.map(({ row }) => row));
  const scaled = (row: readonly number[]) =>
    Float64Array.from(row, (v, i) => (v - scale[i]!.mean) / scale[i]!.deviation);
  const cases = train.map(({ row, positive }) => ({ x: scaled(row), y: positive ? 1 : 0 }));
  const weights = new Float64Array(scale.length);
  const slope = new Float64Array(scale.length);
  let bias = 0;
  for (let round = 0; round < ROUNDS; round++) {
    slope.fill(0);
    let lean = 0;
    for (const { x, y } of cases) {
      const error = (1 / (1 + Math.exp(-score(x, weights, bias))) - y) / cases.length;
      lean += error;
      for (let i = 0; i < x.length; i++) slope[i]! += error * x[i]!;
    }
    bias -= RATE * lean;
    for (let i = 0; i < slope.length; i++) weights[i]! -= RATE * (slope[i]! + DECAY * weights[i]!);
  }
  return test.filter(({ row, positive }) => score(scaled(row), weights, bias) > 0 === positive).length;
}

function score(x: Float64Array, weights: Float64Array, bias: number): number {
  let sum = bias;
  for (let i = 0; i < x.length; i++) sum += x[i]! * weights[i]!;
  return sum;
}

function scalesOf(rows: readonly (readonly number[])[]): { mean: number; deviation: number }[] {
  return rows[0]!.map((_, i) => {
    const mean = rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[i]! - mean) ** 2, 0) / rows.length;
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
}
