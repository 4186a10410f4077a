import type { ImageShape } from '@onnoise/scheduler/model';
import type { CSSProperties } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { paint } from '../state/picture.ts';

interface PictureCanvasProps {
  /** [C, H, W] as bytes; C is 1 or 3. */
  pixels: Uint8ClampedArray;
  shape: ImageShape;
  /** CSS pixels per pixel. Default: as wide as its container. */
  scale?: number | undefined;
  /** The text alternative. */
  label: string;
  class?: string | undefined;
}

/** A picture with crisp pixels. */
export function PictureCanvas({ pixels, shape, scale, label, class: extra }: PictureCanvasProps) {
  const [channels, height, width] = shape;
  return (
    <PixelCanvas
      class={extra ? `picture ${extra}` : 'picture'}
      width={width}
      height={height}
      style={scale === undefined ? undefined : { width: `${width * scale}px`, height: `${height * scale}px` }}
      label={label}
      draw={(rgba) => paint(pixels, [channels, height, width], rgba)}
      of={[pixels, channels]}
    />
  );
}

interface PixelCanvasProps {
  width: number;
  height: number;
  /** Writes the colours, [height, width, 4]. */
  draw: (rgba: Uint8ClampedArray<ArrayBuffer>) => void;
  /** What it draws: if one of these is another, it draws anew. */
  of: readonly unknown[];
  /** The text alternative. */
  label?: string | undefined;
  class: string;
  style?: CSSProperties | undefined;
}

export function PixelCanvas({ width, height, draw, of, label, ...look }: PixelCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const image = context.createImageData(width, height);
    draw(image.data);
    context.putImageData(image, 0, 0);
  }, [...of, width, height]);
  const role = label === undefined ? undefined : 'img';
  return <canvas ref={canvas} width={width} height={height} role={role} aria-label={label} {...look} />;
}
