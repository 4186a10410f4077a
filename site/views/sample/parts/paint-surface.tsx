/** A surface to paint on with a finger, a mouse, a pen, or the arrow keys and space. It knows places, not what is painted. */
import type { ComponentChildren, JSX, TargetedPointerEvent } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { announce } from '../../../state/store.ts';
import type { MaskSize, Place } from '../masks/mask.ts';

export interface PaintSurfaceProps {
  /** In pixels of the picture. */
  size: MaskSize;
  /** CSS pixels per pixel. */
  scale: number;
  label: string;
  /** Id of the sentence that says how to paint. */
  describedBy: string;
  /** A stroke's part from one place to the next; `more`: it goes on. */
  onStroke: (from: Place, to: Place, more: boolean) => void;
  /** What a screen reader is told of the pixel that the arrow keys came to. Default: nothing. */
  wordsAt?: ((x: number, y: number) => string | undefined) | undefined;
  /** The word for what space did. Default: Painted. */
  done?: string | undefined;
  children: ComponentChildren;
}

export function PaintSurface(props: PaintSurfaceProps): JSX.Element {
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
      {children}
      <span class="start-cursor" style={{ ...cell, width: `${scale}px`, height: `${scale}px` }} />
    </div>
  );
}

const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));
