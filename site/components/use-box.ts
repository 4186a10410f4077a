import { nextTask } from '@onnoise/runtime-web/parts';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isStanding } from '../state/standing.ts';

interface Box {
  width: number;
  /** Device pixels per CSS pixel. */
  ratio: number;
}

/**
 * The inner width of an element, in CSS pixels, kept up to date; 0 before it is rendered. Where index.html has something
 * in its place, it is 0 for a task longer, so that taking the page over does not take one long task.
 */
export function useBox(): Box & { ref: RefObject<HTMLDivElement | null> } {
  const ref = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState<Box>({ width: 0, ratio: 1 });
  useLayoutEffect(() => {
    const element = ref.current!;
    const measure = () =>
      setBox((old) => {
        const { clientWidth: width } = element;
        const ratio = devicePixelRatio || 1;
        return old.width === width && old.ratio === ratio ? old : { width, ratio };
      });
    const observer = new ResizeObserver(measure);
    let there = true;
    const begin = () => {
      if (!there) return;
      measure();
      observer.observe(element);
      addEventListener('resize', measure); // a zoom may change only the ratio
    };
    if (isStanding()) void nextTask().then(begin);
    else begin();
    return () => {
      there = false;
      observer.disconnect();
      removeEventListener('resize', measure);
    };
  }, []);
  return { ...box, ref };
}
