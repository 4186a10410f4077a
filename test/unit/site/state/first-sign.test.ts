import { beforeEach, describe, expect, it, vi } from 'vitest';

const page = new EventTarget();
vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
vi.useFakeTimers();

/** The module as a page loads it. */
let atFirstSign: typeof import('#site/state/first-sign.ts').atFirstSign;
beforeEach(async () => {
  vi.resetModules();
  ({ atFirstSign } = await import('#site/state/first-sign.ts'));
});

const sign = (type: string, more: object = {}) => page.dispatchEvent(Object.assign(new Event(type), more));

describe('atFirstSign', () => {
  it.each(['pointerdown', 'click', 'touchstart', 'keydown', 'scroll', 'wheel'])('runs at a %s, and once', (type) => {
    const then = vi.fn();
    atFirstSign(then, 4000);
    expect(then).not.toHaveBeenCalled();
    sign(type);
    expect(then).toHaveBeenCalledTimes(1);
    sign(type);
    vi.advanceTimersByTime(5000);
    expect(then).toHaveBeenCalledTimes(1);
  });

  it('takes a pointer for a sign only where it moves', () => {
    const then = vi.fn();
    atFirstSign(then, 4000);
    sign('pointermove', { movementX: 0, movementY: 0 });
    expect(then).not.toHaveBeenCalled();
    sign('pointermove', { movementX: 0, movementY: -1 });
    expect(then).toHaveBeenCalledTimes(1);
  });

  it('runs without a sign when the time is over', () => {
    const then = vi.fn();
    atFirstSign(then, 4000);
    vi.advanceTimersByTime(3999);
    expect(then).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(then).toHaveBeenCalledTimes(1);
  });

  it('does not wait once there was a sign', () => {
    sign('keydown');
    const then = vi.fn();
    atFirstSign(then, 4000);
    vi.advanceTimersByTime(0);
    expect(then).toHaveBeenCalledTimes(1);
  });
});
