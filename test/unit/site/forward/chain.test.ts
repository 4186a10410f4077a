import { addNoise, chainStep, closedFormFactors, gaussian, InputError } from '@onnoise/scheduler';
import { expect, it } from 'vitest';
import { chainTo, jumpTo, noisePart } from '#site/views/forward/chain/run.ts';
import { momentsOf } from '#site/views/forward/chain/statistics.ts';
import { KINDS, schedulePair } from '#site/views/forward/state/schedules.ts';
import { epsilon, noisy } from '#site/views/forward/state/state.ts';

const pair = schedulePair({ T: 300, betaStart: 0.0001, betaEnd: 0.02 });
/** A picture of 4096 pixels, dark with a bright part, as digits are. */
const x0 = Float32Array.from({ length: 4096 }, (_, i) => (i % 5 === 0 ? 0.9 : -1));

/** A clock that advances by 1 ms each time it is read. */
function clock() {
  let now = 0;
  return () => now++;
}

it('noisy is the scheduler’s closed form with seeded noise at index t - 1, and the picture itself at t = 0', () => {
  const noise = new Float32Array(x0.length);
  gaussian(7, 0, noise);
  expect(epsilon(7, x0.length)).toEqual(noise);
  expect(noisy(pair.linear, x0, noise, 0)).toBe(x0);
  expect(noisy(pair.linear, x0, noise, 120)).toEqual(addNoise(pair.linear, x0, noise, [119]));
});

it('chainTo is the scheduler’s chain: step after step, each with a noise of its own, and times the steps alone', () => {
  const now = clock();
  let x: Float32Array = x0;
  let last = 0;
  for (const told of chainTo(pair.cosine, x0, 3, 4, now)) {
    for (let wait = 0; wait < 50; wait++) now(); // what the page does between the steps
    x = chainStep(pair.cosine, x, epsilon(3, x0.length, ++last), last - 1);
    expect([told.step, told.milliseconds]).toEqual([last, last]);
    expect(told.x).toEqual(x);
  }
  expect(last).toBe(4);
  for (const t of [0, 301]) expect(() => chainTo(pair.linear, x0, 0, t, now).next()).toThrow(InputError);
});

it.each(KINDS.flatMap((kind) => [20, 150, 300].map((t) => [kind, t] as const)))(
  'chain and jump agree in mean and deviation with the closed form, and not in their noise: %s, t = %i',
  (kind, t) => {
    const schedule = pair[kind];
    const sigma = closedFormFactors(schedule).noise[t - 1]!;
    const chain = [...chainTo(schedule, x0, 11, t, clock())].at(-1)!.x;
    const [a, b] = [chain, jumpTo(schedule, x0, 12, t, clock()).x].map((x) => noisePart(schedule, x0, x, t)) as [
      Float32Array,
      Float32Array,
    ];
    const error = sigma / Math.sqrt(x0.length); // of a mean; 1 / sqrt 2 of it for a deviation
    for (const { mean, deviation } of [a, b].map(momentsOf)) {
      expect(Math.max(Math.abs(mean), Math.abs(deviation - sigma))).toBeLessThan(4.5 * error);
    }
    const correlation = a.reduce((sum, v, i) => sum + v * b[i]!, 0) / (x0.length * sigma ** 2);
    expect(Math.abs(correlation)).toBeLessThan(4.5 / Math.sqrt(x0.length));
  },
);
