/** One plane of a figure, with its name. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useInTurn } from '../../../../components/later.tsx';
import { dark } from '../../../../state/theme.ts';
import { drawPlane, type PlaneContent } from './draw.ts';

/** Pixels a side. */
const SIZE = 560;

export interface PlaneProps extends PlaneContent {
  title: string;
  /** Below the title. */
  words: ComponentChildren;
  /** The text alternative. */
  label: string;
}

export function Plane({ title, words, label, ...content }: PlaneProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = dark.value;
  const due = useInTurn(true);
  const { data, paths, steps, drawn, cloud } = content;
  useEffect(() => {
    if (!due) return;
    const style = getComputedStyle(canvas.current!);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    drawPlane(canvas.current!.getContext('2d')!, SIZE, content, {
      data: colour('muted'),
      path: colour('accent'),
      step: colour('second'),
      miss: colour('bad'),
      edge: colour('edge'),
    });
  }, [data, paths, steps, drawn, cloud, isDark, due]);
  return (
    <figure class="learn-few-plane grid slim gap-8">
      <canvas ref={canvas} class="learn-plane" width={SIZE} height={SIZE} role="img" aria-label={label} />
      <figcaption>
        <strong>{title}</strong> <span class="muted">{words}</span>
      </figcaption>
    </figure>
  );
}
