/** The drawing, to be painted on. */
import { classColours } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { fillArea, type Mask, type Place, stroke } from '../masks/mask.ts';
import { PaintSurface } from '../parts/paint-surface.tsx';
import { useBox } from '../parts/use-box.ts';
import { crispSize } from '../state/layout.ts';
import { brushSize, drawing, drawnClasses, inHand, tool } from '../state/told-state.ts';
import { sizeOfDrawing } from './size.ts';
import { draw } from './strokes.ts';

/** CSS pixels. */
const LARGEST = 384;

export function Pad(): JSX.Element {
  const { ref, width: room, ratio } = useBox();
  const size = sizeOfDrawing();
  const scale = crispSize({ width: Math.min(room, LARGEST), height: LARGEST }, size, ratio).width / size.width;
  return (
    <div class="draw-pad grid top slim gap-8">
      <div ref={ref}>{room > 0 && <Surface scale={scale} />}</div>
      <p class="field-hint" id="draw-hint">
        Draw with a finger or the mouse, or move with the arrow keys and press space.
      </p>
    </div>
  );
}

function Surface({ scale }: { scale: number }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = sizeOfDrawing();
  const now = drawing.value!;
  const classes = drawnClasses.value!;
  useLayoutEffect(() => paintMask(canvas.current!, now, classes.length), [now, classes]);
  const onStroke = (from: Place, to: Place, more: boolean) => {
    const mask = drawing.peek()!;
    if (tool.peek() === 'brush') draw(stroke(mask, size, from, to, brushSize.peek(), inHand.peek()), more);
    else if (!more) draw(fillArea(mask, size, to, inHand.peek()));
  };
  return (
    <PaintSurface
      size={size}
      scale={scale}
      label={`Your drawing, ${size.width} by ${size.height} pixels`}
      describedBy="draw-hint"
      onStroke={onStroke}
      wordsAt={(x, y) => classes[now[y * size.width + x]!]}
      done={`${tool.value === 'brush' ? 'Painted' : 'Filled with'} ${classes[inHand.value]}`}
    >
      <canvas ref={canvas} class="draw-canvas" width={size.width} height={size.height} />
    </PaintSurface>
  );
}

/** A drawing too small to paint on. */
export function SmallDrawing({ mask }: { mask: Mask }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = sizeOfDrawing();
  const classes = drawnClasses.value!.length;
  useLayoutEffect(() => paintMask(canvas.current!, mask, classes), [mask, classes]);
  return <canvas ref={canvas} class="draw-small" width={width} height={height} />;
}

function paintMask(canvas: HTMLCanvasElement, mask: Mask, classes: number): void {
  const { width, height } = canvas;
  const colours = classColours(classes);
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) image.data.set([...(colours[mask[i]!] ?? colours[0]!), 255], 4 * i);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
