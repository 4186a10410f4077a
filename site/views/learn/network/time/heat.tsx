/** Rows of values as a heat map, blue below 0, orange above. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { paintMaps } from '../u/thumb.tsx';

export function Heat({ rows, label }: { rows: readonly Float32Array[]; label: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const width = rows[0]!.length;
    const data = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      data.set(row, i * width);
    });
    paintMaps(canvas.current!, { data, dims: [1, 1, rows.length, width] }, 1);
  }, [rows]);
  return <canvas ref={canvas} class="picture" role="img" aria-label={label} />;
}

/** Where a row lies on a heat map, as a share of its height. */
export function Lit({ share, other = false }: { share: number; other?: boolean }): JSX.Element {
  const line = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    line.current!.style.top = `${share * 100}%`;
  }, [share]);
  return <span class={other ? 'learn-heat-lit learn-heat-other' : 'learn-heat-lit'} ref={line} />;
}
