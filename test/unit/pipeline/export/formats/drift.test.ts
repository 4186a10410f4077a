import { expect, it } from 'vitest';
import { requireDrift } from '#pipeline/export/formats/compare.ts';

it.each([
  [0.05, '5 %'],
  [0.0304, '3.04 %'],
  [0.030004, '3.0004 %'],
])('says of a drift of %s that it is more than may be', (drift, said) => {
  expect(() => requireDrift('convert it', { drift }, 0.03)).toThrow(
    `within 3 % of those of the larger network (root mean square), received ${said}. `,
  );
});

it('takes the drift that may be', () => {
  requireDrift('convert it', { drift: 0.03 }, 0.03);
});
