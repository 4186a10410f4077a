/**
 * Soft tissue: round cones along fingers, palm and forearm that flow into each other. What rays meet of several is the
 * fourth root of the sum of their fourth powers: nearly that of the thickest, without creases between them.
 */
import type { Canvas } from './tube.ts';

export interface Cone {
  from: readonly [x: number, y: number];
  to: readonly [x: number, y: number];
  /** In pixels, at both ends. */
  radii: readonly [from: number, to: number];
}

/** Writes the soft tissue of all cones into `canvas.soft`, in millimetres. */
export function drawTissue({ size, soft, scale }: Canvas, cones: readonly Cone[]): void {
  soft.fill(0);
  for (const { from, to, radii } of cones) {
    const [x0, y0] = from;
    const [dx, dy] = [to[0] - x0, to[1] - y0];
    const lengths = 1 / Math.max(1e-9, dx * dx + dy * dy);
    const [r0, grows] = [radii[0], radii[1] - radii[0]];
    const reach = Math.max(...radii) + 1;
    const top = Math.max(0, Math.floor(Math.min(y0, to[1]) - reach));
    const bottom = Math.min(size, Math.ceil(Math.max(y0, to[1]) + reach));
    const left = Math.max(0, Math.floor(Math.min(x0, to[0]) - reach));
    const right = Math.min(size, Math.ceil(Math.max(x0, to[0]) + reach));
    for (let row = top; row < bottom; row++) {
      const py = row + 0.5 - y0;
      // A slanted cone fills little of the square around it.
      const [first, last] = nearRow(left, right, x0, dx, dy, py, reach);
      for (let column = first; column < last; column++) {
        const px = column + 0.5 - x0;
        const along = Math.min(1, Math.max(0, (px * dx + py * dy) * lengths));
        const ex = px - along * dx;
        const ey = py - along * dy;
        const radius = r0 + along * grows;
        const rest = radius * radius - ex * ex - ey * ey;
        if (rest > 0) soft[row * size + column]! += rest * rest;
      }
    }
  }
  const thick = 2 / scale;
  for (let i = 0; i < soft.length; i++) if (soft[i]! > 0) soft[i] = thick * Math.sqrt(Math.sqrt(soft[i]!));
}

/** Columns of a row within `reach` of the line through both ends, as far as the line is not flat. */
function nearRow(left: number, right: number, x0: number, dx: number, dy: number, py: number, reach: number) {
  if (Math.abs(dy) < 0.3 * Math.abs(dx) || dy === 0) return [left, right] as const;
  const at = x0 + (py * dx) / dy;
  const wide = reach * Math.hypot(1, dx / dy);
  return [Math.max(left, Math.floor(at - wide)), Math.min(right, Math.ceil(at + wide))] as const;
}
