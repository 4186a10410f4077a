import { addNoise, chainStep, closedFormFactors, gaussian, InputError } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { chainTo, expectedMoments, jumpTo, noisePart, operations } from '#site/views/forward/chain/compute.ts';
import { momentsOf } from '#site/views/forward/chain/statistics.ts';
import { epsilon, noisy } from '#site/views/forward/state/noisy.ts';
import { KINDS, schedulePair } from '#site/views/forward/state/schedules.ts';
import { expectClose } from '#test/compare.ts';

const pair = schedulePair({ T: 300, betaStart: 0.0001, betaEnd: 0.02 });

/** A picture of 4096 pixels, dark with a bright part, as digits are. */
const x0 = Float32Array.from({ length: 4096 }, (_, i) => (i % 5 === 0 ? 0.9 : -1));

/** A clock that advances by 1 ms each time it is read. */
function clock() {
  let now = 0;
  return () => now++;
}

const last = <T>(values: Iterable<T>): T => [...values].at(-1)!;

describe('noisy', () => {
  it('is the scheduler’s closed form at index t - 1, and the picture itself at t = 0', () => {
    const noise = epsilon(7, x0.length);
    expect(noisy(pair.linear, x0, noise, 0)).toBe(x0);
    expect(noisy(pair.linear, x0, noise, 120)).toEqual(addNoise(pair.linear, x0, noise, [119]));
  });

  it('gives both schedules the same epsilon: each is got back from its x_t', () => {
    const noise = epsilon(7, x0.length);
    for (const kind of KINDS) {
      const factors = closedFormFactors(pair[kind]);
      const x = noisy(pair[kind], x0, noise, 200);
      const back = x.map((v, i) => (v - factors.signal[199]! * x0[i]!) / factors.noise[199]!);
      expectClose(back, noise, { absolute: 1e-5, what: kind });
    }
  });
});

describe('epsilon', () => {
  it('is the seeded noise of the scheduler, other for other seeds and other streams', () => {
    const same = new Float32Array(64);
    gaussian(7, 0, same);
    expect(epsilon(7, 64)).toEqual(same);
    expect(epsilon(8, 64)).not.toEqual(same);
    expect(epsilon(7, 64, 1)).not.toEqual(same);
  });
});

describe('chainTo', () => {
  it('is the scheduler’s chain: step after step, each with a noise of its own', () => {
    const steps = [...chainTo(pair.cosine, x0, 3, 4, clock())];
    let x: Float32Array = x0;
    for (let t = 1; t <= 4; t++) {
      x = chainStep(pair.cosine, x, epsilon(3, x0.length, t), t - 1);
      expect(steps[t - 1]!.step).toBe(t);
      expect(steps[t - 1]!.x).toEqual(x);
    }
  });

  it('stops after t steps, and times the steps alone', () => {
    const now = clock();
    let total = 0;
    for (const { step, milliseconds } of chainTo(pair.linear, x0.subarray(0, 4), 0, 12, now)) {
      for (let wait = 0; wait < 50; wait++) now(); // what the page does between the steps
      total = milliseconds;
      expect(milliseconds).toBe(step);
    }
    expect(total).toBe(12);
  });

  it.each([0, 301])('refuses t = %s', (t) => {
    expect(() => chainTo(pair.linear, x0, 0, t, clock()).next()).toThrow(InputError);
  });
});

describe('jumpTo', () => {
  it('is x_t of stream 0, timed over enough runs', () => {
    const { x, milliseconds } = jumpTo(pair.linear, x0, 5, 150, clock(), 5);
    expect(x).toEqual(noisy(pair.linear, x0, epsilon(5, x0.length), 150));
    expect(milliseconds).toBe(1); // five runs, one tick each
  });

  it('ends with a clock that stands still', () => {
    expect(jumpTo(pair.linear, x0.subarray(0, 4), 5, 150, () => 3).milliseconds).toBe(0);
  });
});

describe('chain and jump', () => {
  it.each(KINDS.flatMap((kind) => [20, 150, 300].map((t) => [kind, t] as const)))(
    'agree in mean and standard deviation with each other and with the closed form: %s, t = %i',
    (kind, t) => {
      const schedule = pair[kind];
      const sigma = closedFormFactors(schedule).noise[t - 1]!;
      const chain = last(chainTo(schedule, x0, 11, t, clock())).x;
      const jump = jumpTo(schedule, x0, 12, t, clock()).x;
      const expected = expectedMoments(schedule, x0, t);
      for (const x of [chain, jump]) {
        const whole = momentsOf(x);
        const noise = momentsOf(noisePart(schedule, x0, x, t));
        const error = sigma / Math.sqrt(x0.length); // of a mean; 1 / sqrt 2 of it for a deviation
        expect(Math.abs(whole.mean - expected.mean)).toBeLessThan(4.5 * error);
        expect(Math.abs(noise.mean)).toBeLessThan(4.5 * error);
        expect(Math.abs(noise.deviation - sigma)).toBeLessThan(4.5 * error);
        expect(Math.abs(whole.deviation - expected.deviation)).toBeLessThan(5 * error);
      }
      // independent noise: correlated no more than by chance
      const a = noisePart(schedule, x0, chain, t);
      const b = noisePart(schedule, x0, jump, t);
      const correlation = a.reduce((sum, v, i) => sum + v * b[i]!, 0) / (x0.length * sigma ** 2);
      expect(Math.abs(correlation)).toBeLessThan(4.5 / Math.sqrt(x0.length));
    },
  );
});

describe('operations', () => {
  it('grows with the steps of the chain and not with t for the jump', () => {
    expect(operations(784, 1)).toEqual({ randoms: 784, arithmetic: 2352 });
    expect(operations(784, 300)).toEqual({ randoms: 235_200, arithmetic: 705_600 });
  });
});
