/** Pixels of a picture, marked on top of it. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ImageShape } from '../../../state/pixels.ts';

/** Amber at three quarters opacity: visible on black, white and gray. */
const MARK = [255, 159, 10, 190] as const;

export function MarkedPixels({ where, shape }: { where: readonly number[]; shape: ImageShape }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [, height, width] = shape;
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const image = context.createImageData(width, height);
    for (const i of where) image.data.set(MARK, 4 * i);
    context.putImageData(image, 0, 0);
  }, [where, width, height]);
  return <canvas ref={canvas} class="game-marked" width={width} height={height} />;
}
