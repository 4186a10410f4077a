/** All values are made by scripts/golden/measures/membership.py. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorsOf } from '#evaluation/membership/attacks.ts';
import { logRatios } from '#evaluation/membership/lira.ts';
import { areaUnderCurve, foundAt, shareInterval } from '#evaluation/membership/roc.ts';
import { makeSchedule, type PredictionType, parseSchedulerConfig, predictionAt } from '#scheduler/index.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../data/membership/${name}.json`, import.meta.url), 'utf8'));

interface Roc {
  members: number[];
  others: number[];
  area: number;
  interval: [number, number];
  found: { at: number; share: number; low: number; high: number }[];
}

describe('areas and shares are those of scikit-learn', () => {
  const cases: Roc[] = read('roc');
  it.each(cases.map((one, i) => [i, one] as const))('case %i', (_, { members, others, area, interval, found }) => {
    const [own, held] = [Float64Array.from(members), Float64Array.from(others)];
    const ours = areaUnderCurve({ scores: own }, { scores: held });
    expect(ours.value).toBeCloseTo(area, 10);
    // DeLong's interval lies around the area; where a separation has no error it is empty.
    const half = 1.959963984540054 * ours.deviation!;
    expect(ours.value - half).toBeCloseTo(interval[0], 5);
    expect(ours.value + half).toBeCloseTo(interval[1], 5);
    for (const { at, share, low, high } of found) {
      const { hits, members: all } = foundAt(own, held, at);
      expect(hits / all).toBeCloseTo(share, 12);
      const exact = shareInterval(hits, all, 0.05);
      expect(exact[0]).toBeCloseTo(low, 9);
      expect(exact[1]).toBeCloseTo(high, 9);
    }
  });
});

interface Lira {
  columns: number;
  target: number[];
  shadows: number[][];
  inside: number[][];
  own: number[];
  /** Of the first column, divided by the square of `spread`. */
  paper: number[];
  spread: number;
}

const median = (values: number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

describe('likelihood ratios', () => {
  const cases = (read('lira') as Lira[]).map((one, i) => [i, one] as const);
  const networksOf = ({ shadows, inside }: Lira) =>
    shadows.map((scores, k) => ({ scores: Float64Array.from(scores), inside: inside[k]! }));

  it.each(cases)("of own variances are those of tensorflow/privacy's compute_score_lira: case %i", (_, one) => {
    const columns = Array.from({ length: one.columns }, (_, column) => column);
    const options = { columns, width: one.columns, common: false };
    const ratios = logRatios(Float64Array.from(one.target), networksOf(one), options);
    expect(one.own.length).toBe(ratios.length);
    for (const [i, value] of one.own.entries()) expect(ratios[i]! / value).toBeCloseTo(1, 7);
  });

  it.each(cases)("of a common variance are those of the paper's code, which has a wider one: case %i", (_, one) => {
    const { columns: width, target, shadows, inside, paper, spread } = one;
    const ratios = logRatios(Float64Array.from(target), networksOf(one), { columns: [0], width, common: true });
    const rests = [1, 0].flatMap((kind) =>
      paper.flatMap((_, image) => {
        const own = shadows.flatMap((scores, k) => (inside[k]![image] === kind ? [scores[image * width]!] : []));
        return own.map((score) => score - median(own));
      }),
    );
    const mean = rests.reduce((sum, rest) => sum + rest, 0) / rests.length;
    const variance = rests.reduce((sum, rest) => sum + (rest - mean) ** 2, 0) / rests.length;
    for (const [i, value] of paper.entries()) {
      expect((ratios[i]! * variance) / (value * spread ** 2)).toBeCloseTo(1, 7);
    }
  });
});

interface Errors {
  images: number[];
  timesteps: number[];
  pia: number[][];
  secmi: number[][];
}

describe("errors are those of the papers' code, whatever the network predicts", () => {
  const { images, timesteps, pia, secmi }: Errors = read('errors');
  const schedule = makeSchedule(parseSchedulerConfig({}));
  const count = 3;

  it.each(['epsilon', 'v_prediction', 'sample'] as const)('%s', async (prediction: PredictionType) => {
    const errors = await errorsOf(
      {
        images: Float32Array.from(images),
        count,
        schedule,
        prediction,
        async predict(x, told) {
          // The output that stands for the same noise: epsilon = m x + n o.
          const level = { signal: schedule.signal[told[0]!]!, noise: schedule.noise[told[0]!]! };
          const { m, n } = predictionAt(prediction, level);
          return x.map((value) => (0.6 * value + 0.2 * Math.sin(4 * value) + 0.0004 * told[0]! - m * value) / n);
        },
        noise: () => new Float32Array(images.length),
      },
      { attacks: ['pia', 'secmi'], timesteps, draws: 1 },
    );
    const wanted = [...pia, ...secmi];
    for (let image = 0; image < count; image++) {
      wanted.forEach((column, k) => {
        // There and back is a small difference of numbers in float32, there and here.
        expect(errors[image * wanted.length + k]! / column[image]!).toBeCloseTo(1, 3);
      });
    }
  });
});
