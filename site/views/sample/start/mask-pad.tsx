/**
 * A surface to paint on with a finger, a mouse, a pen, or the arrow keys and space, which knows places, not what is painted; and
 * with it the picture to start from.
 */
import type { ComponentChildren, TargetedPointerEvent } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Slider } from '../../../components/field.tsx';
import { PictureCanvas, PixelCanvas } from '../../../components/picture-canvas.tsx';
import { useBox } from '../../../components/use-box.ts';
import { announce } from '../../../state/store.ts';
import { type MaskSize, type Place, REGIONS, type Region, region, stroke } from '../masks/mask.ts';
import { crispSize } from '../state/layout.ts';
import { brush, canUndo, clear, mask, paint, painted, type Source, undo } from '../state/told-state.ts';

interface PaintSurfaceProps {
  /** In pixels of the picture. */
  size: MaskSize;
  /** Of the longest side that it may have, CSS pixels. */
  largest: number;
  label: string;
  /** How to paint, below it. */
  hint: string;
  /** A stroke's part from one place to the next; `more`: it goes on. */
  onStroke: (from: Place, to: Place, more: boolean) => void;
  /** What a screen reader is told of the pixel that the arrow keys came to. Default: nothing. */
  wordsAt?: ((x: number, y: number) => string | undefined) | undefined;
  /** The word for what space did. Default: Painted. */
  done?: string | undefined;
  /** What is painted on. @param scale CSS pixels per pixel */
  children: (scale: number) => ComponentChildren;
}

/** As large as its place allows. */
export function PaintSurface(props: PaintSurfaceProps) {
  const { ref, width: room, ratio } = useBox();
  const { size, largest, hint } = props;
  const id = useId();
  const scale = crispSize({ width: Math.min(room, largest), height: largest }, size, ratio).width / size.width;
  return (
    <>
      <div ref={ref}>{room > 0 && <Surface {...props} scale={scale} describedBy={id} />}</div>
      <p class="field-hint" id={id}>
        {hint}
      </p>
    </>
  );
}

function Surface(props: PaintSurfaceProps & { scale: number; describedBy: string }) {
  const { size, scale, label, describedBy, onStroke, wordsAt, done = 'Painted', children } = props;
  const { width, height } = size;
  const surface = useRef<HTMLDivElement>(null);
  /** Where the pointer was last, while it is down. */
  const at = useRef<Place | null>(null);
  const [cursor, setCursor] = useState<Place>([Math.floor(width / 2), Math.floor(height / 2)]);

  const placeOf = ({ clientX, clientY }: { clientX: number; clientY: number }): Place => {
    const box = surface.current!.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * width, ((clientY - box.top) / box.height) * height];
  };
  const onDown = (event: TargetedPointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const place = placeOf(event);
    at.current = place;
    onStroke(place, place, false);
  };
  const onMove = (event: TargetedPointerEvent<HTMLDivElement>) => {
    if (!at.current) return;
    const next = placeOf(event);
    onStroke(at.current, next, true);
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
    if (move) {
      const [column, row] = [clamp(move[0], width), clamp(move[1], height)];
      setCursor([column, row]);
      const words = wordsAt?.(column, row);
      if (words !== undefined && words !== wordsAt?.(x, y)) announce(`${words}, column ${column + 1}, row ${row + 1}.`);
    } else {
      const middle: Place = [x + 0.5, y + 0.5];
      onStroke(middle, middle, false);
      announce(`${done} at column ${x + 1}, row ${y + 1}.`);
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
      aria-label={label}
      aria-describedby={describedBy}
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onEnd}
      onPointerCancel={onEnd}
      onKeyDown={onKey}
    >
      {children(scale)}
      <span class="start-cursor" style={{ ...cell, width: `${scale}px`, height: `${scale}px` }} />
    </div>
  );
}

const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));

/** Red, green, blue and opacity of what is painted, to be seen on black and on white. */
const PAINT = [124, 92, 255, 178] as const;

export function MaskPad({ source }: { source: Source }) {
  const [, height, width] = source.shape;
  const size = { width, height };
  const now = mask.value!;
  return (
    <div class="start-pad grid top slim gap-8">
      <PaintSurface
        size={size}
        largest={320}
        label={`What to make anew of ${source.name}`}
        hint="Draw on the picture, or move with the arrow keys and paint with space. What is painted is made anew."
        onStroke={(from, to, more) => paint(stroke(mask.peek()!, size, from, to, brush.peek()), more)}
      >
        {(scale) => (
          <>
            <PictureCanvas pixels={source.seen.pixels} shape={source.seen.shape} scale={scale} label={source.name} />
            <PixelCanvas
              {...size}
              class="start-paint"
              draw={(rgba) => {
                for (const [i, value] of now.entries()) if (value > 0) rgba.set(PAINT, 4 * i);
              }}
              of={[now]}
            />
          </>
        )}
      </PaintSurface>
    </div>
  );
}

/** The brush, parts to paint at once, undo and clear. */
export function MaskTools({ source }: { source: Source }) {
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
