import { useEffect, useRef, useState } from 'preact/hooks';

export interface Play {
  /** 0 to 1. */
  at: number;
  playing: boolean;
  moveTo(at: number): void;
  /** Starts, from the beginning if it is at its end; or stops. Where motion is not wanted it goes to the end at once. */
  toggle(): void;
}

/** A moment that can be played and moved by hand. */
export function usePlay(seconds: number): Play {
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const place = useRef(at);
  const moveTo = (to: number) => {
    place.current = to;
    setAt(to);
  };
  useEffect(() => {
    if (!playing) return;
    let frame = 0;
    let before = performance.now();
    const next = (now: number) => {
      moveTo(Math.min(1, place.current + Math.max(0, now - before) / 1000 / seconds));
      before = now;
      if (place.current < 1) frame = requestAnimationFrame(next);
      else setPlaying(false);
    };
    frame = requestAnimationFrame(next);
    return () => cancelAnimationFrame(frame);
  }, [playing]);
  return {
    at,
    playing,
    moveTo: (to) => {
      setPlaying(false);
      moveTo(to);
    },
    toggle: () => {
      if (playing) return setPlaying(false);
      if (matchMedia('(prefers-reduced-motion: reduce)').matches) return moveTo(1);
      if (place.current === 1) moveTo(0);
      setPlaying(true);
    },
  };
}
