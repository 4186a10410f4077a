/** The picture to start from, to paint over with a finger, a mouse, a pen or the arrow keys. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { Slider } from '../../../components/slider.tsx';
import { type Mask, REGIONS, type Region, region, stroke } from '../masks/mask.ts';
import { PaintSurface } from '../parts/paint-surface.tsx';
import { useBox } from '../parts/use-box.ts';
import { crispSize } from '../state/layout.ts';
import { brush, canUndo, clear, mask, paint, painted, type Source, undo } from '../state/start-state.ts';

/** CSS pixels. */
const LARGEST = 320;
/** Red, green, blue and opacity of what is painted, to be seen on black and on white. */
const PAINT = [124, 92, 255, 178] as const;

export function MaskPad({ source }: { source: Source }): JSX.Element {
  const { ref, width: room, ratio } = useBox();
  const [, height, width] = source.shape;
  const scale = crispSize({ width: Math.min(room, LARGEST), height: LARGEST }, { width, height }, ratio).width / width;
  return (
    <div class="start-pad grid top slim gap-8">
      <div ref={ref}>{room > 0 && <Surface source={source} scale={scale} />}</div>
      <p class="field-hint" id="mask-hint">
        Draw on the picture, or move with the arrow keys and paint with space. What is painted is made anew.
      </p>
    </div>
  );
}

/** The brush, parts to paint at once, undo and clear. */
export function MaskTools({ source }: { source: Source }): JSX.Element {
  const [, height, width] = source.shape;
  return (
    <>
      <Slider
        label="Brush"
        value={brush.value}
        min={1}
        max={Math.max(2, Math.round(Math.max(height, width) / 3))}
        format={(size) => (size === 1 ? '1 pixel' : `${size} pixels`)}
        onInput={(size) => {
          brush.value = size;
        }}
      />
      <fieldset class="start-regions">
        <legend>Paint a part</legend>
        <div class="row gap-8">
          {(Object.keys(REGIONS) as Region[]).map((name) => (
            <button
              key={name}
              type="button"
              class="sample-chip"
              onClick={() => paint(region(mask.peek()!, { width, height }, name))}
            >
              {name}
            </button>
          ))}
        </div>
      </fieldset>
      <div class="row gap-8">
        <Button disabled={!canUndo.value} onClick={undo}>
          Undo
        </Button>
        <Button disabled={painted.value === 0} onClick={clear}>
          Clear
        </Button>
        <span class="field-hint number" role="status">
          {painted.value === 0 ? 'Nothing is painted.' : `${painted.value} of ${width * height} pixels are painted.`}
        </span>
      </div>
    </>
  );
}

function Surface({ source, scale }: { source: Source; scale: number }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [, height, width] = source.shape;
  const size = { width, height };
  const now = mask.value!;
  useLayoutEffect(() => draw(canvas.current!, now, width, height), [now, width, height]);
  return (
    <PaintSurface
      size={size}
      scale={scale}
      label={`What to make anew of ${source.name}`}
      describedBy="mask-hint"
      onStroke={(from, to, more) => paint(stroke(mask.peek()!, size, from, to, brush.peek()), more)}
    >
      <PictureCanvas pixels={source.seen.pixels} shape={source.seen.shape} scale={scale} label={source.name} />
      <canvas ref={canvas} class="start-paint" width={width} height={height} />
    </PaintSurface>
  );
}

function draw(canvas: HTMLCanvasElement, mask: Mask, width: number, height: number): void {
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  for (const [i, value] of mask.entries()) if (value > 0) image.data.set(PAINT, 4 * i);
  context.putImageData(image, 0, 0);
}
