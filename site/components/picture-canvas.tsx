import type { ImageShape } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { paint } from '../state/pixels.ts';

export interface PictureCanvasProps {
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
export function PictureCanvas({ pixels, shape, scale, label, class: extra }: PictureCanvasProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [channels, height, width] = shape;
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const image = context.createImageData(width, height);
    paint(pixels, [channels, height, width], image.data);
    context.putImageData(image, 0, 0);
  }, [pixels, channels, height, width]);
  return (
    <canvas
      ref={canvas}
      class={extra ? `picture ${extra}` : 'picture'}
      width={width}
      height={height}
      style={scale === undefined ? undefined : { width: `${width * scale}px`, height: `${height * scale}px` }}
      role="img"
      aria-label={label}
    />
  );
}
