import { addNoise } from '@onnoise/scheduler';
import { expect, test } from 'vitest';
import { STANDARD, schedulePair, valuesAt } from '#site/views/forward/state/schedules.ts';
import { drawnFrom, slopesOf } from '#site/views/learn/destroy/draws.ts';

test('the gradient of a draw is that of differences', () => {
  const small = 1e-6;
  for (const epsilon of [-1.7, 0, 0.4, 2.2]) {
    const { mu, sigma } = slopesOf(epsilon);
    const at = (mean: number, deviation: number) => drawnFrom(mean, deviation, epsilon);
    expect(mu).toBeCloseTo((at(0.5 + small, 0.8) - at(0.5 - small, 0.8)) / (2 * small), 8);
    expect(sigma).toBeCloseTo((at(0.5, 0.8 + small) - at(0.5, 0.8 - small)) / (2 * small), 8);
  }
});

test('a noisy pixel is such a draw', () => {
  const { linear } = schedulePair(STANDARD);
  for (const t of [1, 120, 300]) {
    const { signal, noise } = valuesAt(linear, t);
    const [x] = addNoise(linear, Float32Array.of(0.8), Float32Array.of(-0.6), [t - 1]);
    expect(drawnFrom(signal * 0.8, noise, -0.6)).toBeCloseTo(x!, 6);
  }
});
