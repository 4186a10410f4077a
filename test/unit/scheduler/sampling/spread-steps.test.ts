import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spreadSteps } from '#scheduler/index.ts';

test('spreadSteps is evenly spread, rises, stays within the steps and ends with the last', () => {
  expect(spreadSteps(10, 4)).toEqual([3, 5, 8, 10]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 120 }), (steps, wanted) => {
      const kept = spreadSteps(steps, wanted);
      expect(kept).toHaveLength(Math.min(steps, wanted));
      expect(kept.at(-1)).toBe(steps);
      expect(kept[0]).toBeGreaterThanOrEqual(1);
      const gaps = kept.map((step, i) => step - (kept[i - 1] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
    }),
  );
});
