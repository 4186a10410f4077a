import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameStore, evenSteps } from '#site/views/sample/state/frames.ts';

const bytes = (value: number) => new Uint8ClampedArray(4).fill(value);
/** Step s has x = s and x0 = 100 + s, and the same of masks. */
const told = (step: number) => ({
  step,
  x: bytes(step),
  x0: bytes(100 + step),
  masks: Uint8Array.of(step),
  masks0: Uint8Array.of(100 + step),
});

describe('createFrameStore', () => {
  it.each([
    ['pairs x_t with the x_0 predicted from it, which is told one step later', 3, [1, 2, 3], [101, 102, 103, 103], 3],
    [
      'keeps the prediction a step came with where the next was left out',
      6,
      [2, 3, 6],
      [102, 102, 103, 103, 103, 103, 106],
      6,
    ],
    ['shows the last step told once it is closed early', 9, [1, 2], [101, 102, 102], 2],
  ])('%s', (_, steps, pushed, x0, last) => {
    const store = createFrameStore({ x: bytes(0), masks: Uint8Array.of(0) }, steps);
    expect([store.last, store.at(0)]).toEqual([-1, undefined]);
    store.push(told(pushed[0]!));
    expect(store.last).toBe(0);
    for (const step of pushed.slice(1)) store.push(told(step));
    store.close();
    expect(store.last).toBe(last);
    for (const [at, level] of x0.entries()) {
      const step = [0, ...pushed].findLast((one) => one <= at)!;
      const frame = store.at(at)!;
      expect([frame.step, frame.x[0], frame.masks![0]]).toEqual([step, step, step]);
      expect([frame.x0[0], frame.masks0![0]]).toEqual([level, level]);
    }
    expect(store.bytes).toBe((pushed.length + 1) * 2 * (4 + 1));
    expect(() => store.push(told(pushed.at(-1)!))).toThrow(/^Step \d came after step \d\.$/);
  });

  it('never holds more than its budget, and keeps first and last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 3, max: 40 }), (steps, frames) => {
        const store = createFrameStore({ x: bytes(0) }, steps, frames * 8);
        for (let step = 1; step <= steps; step++) {
          store.push({ step, x: bytes(step), x0: bytes(step) });
          expect(store.bytes).toBeLessThanOrEqual(frames * 8);
        }
        expect([store.at(0)?.step, store.at(steps)?.step, store.last]).toEqual([0, steps, steps]);
      }),
    );
  });
});

it('evenSteps has both ends and rises, and shows the end where there is room for one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 2, max: 80 }), (last, many) => {
      const steps = evenSteps(last, many);
      expect([steps[0], steps.at(-1), new Set(steps).size]).toEqual([0, last, Math.min(many, last + 1)]);
    }),
  );
  expect(evenSteps(50, 1)).toEqual([50]);
});
