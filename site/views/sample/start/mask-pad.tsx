/** The picture to start from, to paint over with a finger, a mouse, a pen or the arrow keys. */
import type { JSX, TargetedPointerEvent } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { Slider } from '../../../components/slider.tsx';
import { announce } from '../../../state/store.ts';
import { useBox } from '../parts/use-box.ts';
import { crispSize } from '../state/layout.ts';
import { type Mask, type Place, REGIONS, type Region, region, stroke } from '../state/mask.ts';
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
        format={(size) => `${size} ${size === 1 ? 'pixel' : 'pixels'}`}
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
  const surface = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  /** Where the pointer was last, while it is down. */
  const at = useRef<Place | null>(null);
  const [, height, width] = source.shape;
  const size = { width, height };
  const [cursor, setCursor] = useState<Place>([Math.floor(width / 2), Math.floor(height / 2)]);
  const now = mask.value!;
  useLayoutEffect(() => draw(canvas.current!, now, width, height), [now, width, height]);

  const placeOf = ({ clientX, clientY }: { clientX: number; clientY: number }): Place => {
    const box = surface.current!.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * width, ((clientY - box.top) / box.height) * height];
  };
  const onDown = (event: TargetedPointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const place = placeOf(event);
    at.current = place;
    paint(stroke(mask.peek()!, size, place, place, brush.peek()));
  };
  const onMove = (event: TargetedPointerEvent<HTMLDivElement>) => {
    if (!at.current) return;
    const next = placeOf(event);
    paint(stroke(mask.peek()!, size, at.current, next, brush.peek()), true);
    at.current = next;
  };
  const onEnd = () => {
    at.current = null;
  };
  const onKey = (event: KeyboardEvent) => {
    const [x, y] = cursor;
    const far = event.shiftKey ? 5 : 1;
    const moves: Record<string, Place> = {
      ArrowLeft: [x - far, y],
      ArrowRight: [x + far, y],
      ArrowUp: [x, y - far],
      ArrowDown: [x, y + far],
    };
    const move = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(move || event.key === ' ')) return;
    event.preventDefault(); // the view's own keys, and scrolling
    if (move) setCursor([clamp(move[0], width), clamp(move[1], height)]);
    else {
      const middle: Place = [x + 0.5, y + 0.5];
      paint(stroke(mask.peek()!, size, middle, middle, brush.peek()));
      announce(`Painted at column ${x + 1}, row ${y + 1}.`);
    }
  };
  const cell = { left: `${(cursor[0] / width) * 100}%`, top: `${(cursor[1] / height) * 100}%` };
  return (
    <div
      ref={surface}
      class="start-surface"
      style={{ width: `${width * scale}px`, height: `${height * scale}px` }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the arrow keys and space
      tabIndex={0}
      role="application"
      aria-label={`What to make anew of ${source.name}`}
      aria-describedby="mask-hint"
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onEnd}
      onPointerCancel={onEnd}
      onKeyDown={onKey}
    >
      <PictureCanvas pixels={source.pixels} shape={source.shape} scale={scale} label={source.name} />
      <canvas ref={canvas} class="start-paint" width={width} height={height} />
      <span class="start-cursor" style={{ ...cell, width: `${scale}px`, height: `${scale}px` }} />
    </div>
  );
}

const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));

function draw(canvas: HTMLCanvasElement, mask: Mask, width: number, height: number): void {
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  for (const [i, value] of mask.entries()) if (value > 0) image.data.set(PAINT, 4 * i);
  context.putImageData(image, 0, 0);
}
