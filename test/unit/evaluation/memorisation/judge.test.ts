import { expect, test } from 'vitest';
import { chanceOfLowest, outliersOf, tailOf } from '#evaluation/memorisation/chance.ts';
import { calibrate, ERROR_RATE, jointPValue, judge, pValuesOf } from '#evaluation/memorisation/judge.ts';
import { uniform } from '#scheduler/index.ts';

/** Scores as points spread evenly in 12 dimensions have them: P(S < s) = s^12. */
function powerLaw(count: number, stream: number): Float64Array {
  const draws = new Float64Array(count);
  uniform(9, stream, 0, draws);
  return draws.map((u) => u ** (1 / 12));
}

test('of alike scores one set in a hundred is accused, with any number of them', () => {
  for (const [heldOut, count] of [
    [30, 100],
    [200, 200],
    [500, 1000],
  ] as const) {
    let accused = 0;
    const trials = 1000;
    for (let trial = 0; trial < trials; trial++) {
      const calibration = calibrate(powerLaw(heldOut, 2 * trial));
      if (jointPValue([pValuesOf(powerLaw(count, 2 * trial + 1), calibration)]) < ERROR_RATE) accused++;
    }
    // 1 % of 1,000 trials are 10, with a deviation of 3.
    expect(accused, `${heldOut} held out, ${count} pictures`).toBeLessThan(20);
  }
});

test('the tail is the power law that the scores follow', () => {
  const tail = tailOf(powerLaw(5000, 3).sort())!;
  expect(tail.count / tail.sum).toBeGreaterThan(12 * 0.9);
  expect(tail.count / tail.sum).toBeLessThan(12 * 1.1);
  // 1,000 new scores: the chance that the lowest is below s is near 1000 s^12.
  expect(chanceOfLowest(0.3, 1000, tail)).toBeGreaterThan((1000 * 0.3 ** 12) / 4);
  expect(chanceOfLowest(0.3, 1000, tail)).toBeLessThan(4 * 1000 * 0.3 ** 12);
  expect(chanceOfLowest(0, 1000, tail)).toBe(0);
  expect(chanceOfLowest(0.99, 1000, tail)).toBe(1);
});

test('a single score far below those of held-out images is seen, if 200 are held out', () => {
  const scores = powerLaw(300, 1);
  scores[17] = 0.1;
  const found = judge(scores, calibrate(powerLaw(200, 2)));
  expect(found.flagged).toBeGreaterThanOrEqual(1);
  expect(found.countPValue).toBeGreaterThan(0.01);
  expect(found.closestPValue).toBeLessThan(1e-4);
  expect(judge(scores, calibrate(powerLaw(199, 2))).closestPValue).toBeUndefined();
});

test('held-out images that are nearly training images raise the rank of the threshold', () => {
  const clean = powerLaw(300, 4);
  expect(outliersOf(clean.slice().sort())).toBe(0);
  const leaky = clean.slice();
  leaky.set([0, 0, 0.01], 100);
  const calibration = calibrate(leaky);
  expect(calibration).toMatchObject({ heldOut: 300, rank: 4, tail: undefined });
  expect(calibration.threshold).toBeGreaterThan(0.3);
  const { falseAlarmRate, closestPValue } = judge(powerLaw(100, 5), calibration);
  expect(falseAlarmRate.value).toBe(4 / 301);
  expect(closestPValue).toBeUndefined();
});

test('no score is suspicious that a held-out image has too', () => {
  const heldOut = powerLaw(1000, 6);
  const calibration = calibrate(heldOut);
  const found = judge(Float64Array.of(Math.min(...heldOut), 0.9), calibration);
  expect(found).toMatchObject({ flagged: 0, countPValue: 1, closestPValue: 1 });
});

test('all held-out scores at 0 flag nothing', () => {
  const calibration = calibrate(new Float64Array(5));
  expect(judge(new Float64Array(10), calibration)).toMatchObject({ flagged: 0, countPValue: 1 });
});

test('of several tests the smallest chance counts as often as there are chances', () => {
  expect(jointPValue([{ countPValue: 0.4 }, { countPValue: 0.5, closestPValue: 0.002 }])).toBeCloseTo(0.006, 12);
});
