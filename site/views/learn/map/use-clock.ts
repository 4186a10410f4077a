/** Seconds that run while a figure is on the screen and nobody has stopped it. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Milliseconds between two pictures: smooth enough, and half the work. */
const PACE = 30;

export function useClock(figure: RefObject<Element | null>, running: boolean): number {
  const [seconds, setSeconds] = useState(0);
  const spent = useRef(0);
  // a layout effect, since others end after the next paint: Pause would let one more picture be drawn
  useLayoutEffect(() => {
    if (!running) return;
    let frame = 0;
    let before: number | undefined;
    const next = (now: number) => {
      frame = requestAnimationFrame(next);
      if (before !== undefined && now - before < PACE) return;
      spent.current += Math.min(now - (before ?? now), 200) / 1000; // a tab that was away goes on where it was
      before = now;
      setSeconds(spent.current);
    };
    const seen = new IntersectionObserver(([entry]) => {
      cancelAnimationFrame(frame);
      before = undefined;
      if (entry!.isIntersecting) frame = requestAnimationFrame(next);
    });
    seen.observe(figure.current!);
    return () => {
      seen.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [running]);
  return seconds;
}
