/** The recording's pictures: all guesses of a digit as a grid, and one cell of it large. */
import type { ComponentChildren, JSX } from 'preact';
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
  onPick(row: number, column: number): void;
}

/** Rows: training; columns: sampling. The chosen cell is framed. */
export function Grid({ sheet, digit, row, column, label, onPick }: GridProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shape, timesteps, trained } = RECORDING;
  const [, height, width] = shape;
  const across = timesteps.length * (width + GAP) - GAP;
  const down = trained.length * (height + GAP) - GAP;
  useLayoutEffect(() => {
    if (!sheet) return;
    for (const r of trained.keys()) {
      for (const c of timesteps.keys()) {
        const cell: Cell = { digit, row: r, column: c, what: 'x0' };
        draw(canvas.current!, sheet, cell, c * (width + GAP), r * (height + GAP));
      }
    }
  }, [sheet, digit]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: sliders choose the cell by keyboard
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <div
      class="learn-recorded-grid"
      onClick={({ currentTarget, clientX, clientY }) => {
        const box = currentTarget.getBoundingClientRect();
        const at = (share: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
        onPick(
          at((clientY - box.top) / box.height, trained.length),
          at((clientX - box.left) / box.width, timesteps.length),
        );
      }}
    >
      <canvas ref={canvas} class="picture" width={across} height={down} role="img" aria-label={label} />
      <svg class="learn-recorded-mark" viewBox={`0 0 ${across} ${down}`} aria-hidden="true">
        <rect x={column * (width + GAP)} y={row * (height + GAP)} width={width} height={height} />
      </svg>
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
