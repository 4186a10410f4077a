import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface Box {
  width: number;
  /** Device pixels per CSS pixel. */
  ratio: number;
}

/** The inner width of an element, in CSS pixels, kept up to date; 0 before it is rendered. */
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
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    addEventListener('resize', measure); // a zoom may change only the ratio
    return () => {
      observer.disconnect();
      removeEventListener('resize', measure);
    };
  }, []);
  return { ...box, ref };
}
