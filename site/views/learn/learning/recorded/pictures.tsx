/** The recording's pictures: all guesses of a digit as a grid, and one cell of it large. */
import { type ComponentChildren, Fragment, type JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Cell, placeOf, RECORDING } from './recording.ts';

/** Pixels between the pictures of the grid. */
const GAP = 1;

function draw(canvas: HTMLCanvasElement, sheet: ImageBitmap, cell: Cell, left: number, top: number): void {
  const { left: x, top: y, width, height } = placeOf(cell);
  canvas.getContext('2d')!.drawImage(sheet, x, y, width, height, left, top, width, height);
}

export interface GridProps {
  sheet: ImageBitmap | null;
  digit: number;
  row: number;
  column: number;
  label: string;
  /** Of each row. */
  names: readonly string[];
  onPick(row: number, column: number): void;
}

/** Rows: training, each beside its name; columns: sampling. The chosen cell is framed. */
export function Grid({ sheet, digit, row, column, label, names, onPick }: GridProps): JSX.Element {
  return (
    <div class="learn-recorded-grid" role="img" aria-label={label}>
      {names.map((name, r) => (
        <Fragment key={name}>
          <span class={r === row ? 'learn-recorded-name learn-recorded-now' : 'learn-recorded-name'}>{name}</span>
          <Strip
            sheet={sheet}
            digit={digit}
            row={r}
            framed={r === row ? column : undefined}
            onPick={(c) => onPick(r, c)}
          />
        </Fragment>
      ))}
    </div>
  );
}

interface StripProps {
  sheet: ImageBitmap | null;
  digit: number;
  row: number;
  /** The chosen column, if it is in this row. */
  framed: number | undefined;
  onPick(column: number): void;
}

function Strip({ sheet, digit, row, framed, onPick }: StripProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shape, timesteps } = RECORDING;
  const [, height, width] = shape;
  const across = timesteps.length * (width + GAP) - GAP;
  useLayoutEffect(() => {
    if (!sheet) return;
    for (const column of timesteps.keys()) {
      draw(canvas.current!, sheet, { digit, row, column, what: 'x0' }, column * (width + GAP), 0);
    }
  }, [sheet, digit]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: sliders choose the cell by keyboard
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <div
      class="learn-recorded-strip"
      onClick={({ currentTarget, clientX }) => {
        const box = currentTarget.getBoundingClientRect();
        const at = Math.floor(((clientX - box.left) / box.width) * timesteps.length);
        onPick(Math.min(timesteps.length - 1, Math.max(0, at)));
      }}
    >
      <canvas ref={canvas} class="picture" width={across} height={height} />
      {framed !== undefined && (
        <svg class="learn-recorded-mark" viewBox={`0 0 ${across} ${height}`} aria-hidden="true">
          <rect x={framed * (width + GAP)} width={width} height={height} />
        </svg>
      )}
    </div>
  );
}

export interface LargeProps {
  sheet: ImageBitmap | null;
  cell: Cell;
  title: ComponentChildren;
  /** In words, for screen readers as well. */
  words: string;
}

export function Large({ sheet, cell, title, words }: LargeProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [, height, width] = RECORDING.shape;
  useLayoutEffect(() => {
    if (sheet) draw(canvas.current!, sheet, cell, 0, 0);
  }, [sheet, cell.digit, cell.row, cell.column]);
  return (
    <figure class="learn-panel">
      <figcaption>
        {title} <span>{words}</span>
      </figcaption>
      <div class="learn-panel-frame">
        <canvas ref={canvas} class="picture" width={width} height={height} role="img" aria-label={words} />
      </div>
    </figure>
  );
}
