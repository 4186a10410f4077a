/** What the drawing of the overview is made of. */
import type { JSX } from 'preact';
import type { Point } from './layout.ts';

export function Tile({ at: [x, y], side, image }: { at: Point; side: number; image: string | undefined }): JSX.Element {
  const place = { x: x - side / 2, y: y - side / 2, width: side, height: side };
  return (
    <>
      <rect class="learn-map-tile" {...place} rx={4} />
      {image && <image {...place} href={image} />}
    </>
  );
}

export function Arrow({ points, back }: { points: readonly Point[]; back: boolean }): JSX.Element {
  const [[x, y], [fromX, fromY]] = [points.at(-1)!, points.at(-2)!];
  const angle = Math.atan2(y - fromY, x - fromX);
  const wing = (turn: number) =>
    `${(x + 8 * Math.cos(angle + turn)).toFixed(1)} ${(y + 8 * Math.sin(angle + turn)).toFixed(1)}`;
  return (
    <path
      class={back ? 'learn-map-line learn-map-back' : 'learn-map-line'}
      d={`M${points.map(([a, b]) => `${a} ${b}`).join('L')}M${wing(2.6)}L${x} ${y}L${wing(-2.6)}`}
    />
  );
}
