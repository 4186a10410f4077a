import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameStore, evenSteps } from '#site/views/sample/state/frames.ts';

const bytes = (value: number, length = 4) => new Uint8ClampedArray(length).fill(value);
/** Step s has x = s and x0 = 100 + s. */
const told = (step: number) => ({ step, x: bytes(step), x0: bytes(100 + step) });
const numbers = (frame: ReturnType<ReturnType<typeof createFrameStore>['at']>) =>
  frame && [frame.step, frame.x[0], frame.x0[0]];

describe('createFrameStore', () => {
  it('pairs x_t with the x_0 predicted from it, which the engine tells one step later', () => {
    const store = createFrameStore({ x: bytes(0) }, 3);
    for (const step of [1, 2, 3]) store.push(told(step));
    expect([0, 1, 2, 3].map((step) => numbers(store.at(step)))).toEqual([
      [0, 0, 101],
      [1, 1, 102],
      [2, 2, 103],
      [3, 3, 103],
    ]);
  });

  it('shows nothing before the first step and stays one step behind until the last', () => {
    const store = createFrameStore({ x: bytes(0) }, 3);
    expect([store.last, store.at(0)]).toEqual([-1, undefined]);
    store.push(told(1));
    expect(store.last).toBe(0);
    store.push(told(2));
    expect(store.last).toBe(1);
    store.push(told(3));
    expect(store.last).toBe(3);
  });

  it('keeps the prediction a step came with where the next one was left out', () => {
    const store = createFrameStore({ x: bytes(0) }, 6);
    for (const step of [2, 3, 6]) store.push(told(step));
    expect([0, 1, 2, 3, 4, 5, 6].map((step) => numbers(store.at(step)))).toEqual([
      [0, 0, 102],
      [0, 0, 102],
      [2, 2, 103],
      [3, 3, 103],
      [3, 3, 103],
      [3, 3, 103],
      [6, 6, 106],
    ]);
  });

  it('keeps masks with the pictures that they were drawn with, and counts them', () => {
    const mask = (value: number) => new Uint8Array(2).fill(value);
    const store = createFrameStore({ x: bytes(0), masks: mask(0) }, 3);
    const drawn = (step: number) => ({ ...told(step), masks: mask(step), masks0: mask(100 + step) });
    for (const step of [1, 2]) store.push(drawn(step));
    store.close();
    expect([0, 1, 2].map((step) => [store.at(step)!.masks![0], store.at(step)!.masks0![0]])).toEqual([
      [0, 101],
      [1, 102],
      [2, 102],
    ]);
    expect(store.bytes).toBe(3 * 2 * (4 + 2));
  });

  it('shows the last step told once it is closed early', () => {
    const store = createFrameStore({ x: bytes(0) }, 9);
    store.push(told(1));
    store.push(told(2));
    store.close();
    store.close();
    expect([store.last, numbers(store.at(9))]).toEqual([2, [2, 2, 102]]);
  });

  it('refuses a step that does not come after the one before', () => {
    const store = createFrameStore({ x: bytes(0) }, 9);
    store.push(told(2));
    expect(() => store.push(told(2))).toThrow('Step 2 came after step 2.');
  });

  it('never holds more than its budget, and keeps first and last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 3, max: 40 }), (steps, frames) => {
        const store = createFrameStore({ x: bytes(0) }, steps, frames * 8);
        for (let step = 1; step <= steps; step++) {
          store.push(told(step));
          expect(store.bytes).toBeLessThanOrEqual(frames * 8);
        }
        expect(store.at(0)?.step).toBe(0);
        expect(store.at(steps)?.step).toBe(steps);
        expect(store.last).toBe(steps);
      }),
    );
  });
});

describe('evenSteps', () => {
  it('has both ends and rises', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 2, max: 80 }), (last, many) => {
        const steps = evenSteps(last, many);
        expect(steps.length).toBe(Math.min(many, last + 1));
        expect(steps.at(-1)).toBe(last);
        expect(steps[0]).toBe(0);
        expect(new Set(steps).size).toBe(steps.length);
      }),
    );
  });

  it('shows the end where there is room for one', () => {
    expect(evenSteps(50, 1)).toEqual([50]);
  });
});
