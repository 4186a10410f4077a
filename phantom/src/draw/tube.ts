/**
 * Draws a long bone, or a part of one, as a tube of cortex around marrow: what rays meet of both is added to the picture.
 *
 * The tube has an axis, a half-width for each place along it, and round cross-sections that are somewhat flat. Rays that
 * pass at distance t from the axis of a round body of radius R meet 2 sqrt(R^2 - t^2) of it.
 */

/** Square pictures of what rays pass through, in millimetres, row by row from the top left; and room for the film. */
export interface Canvas {
  size: number;
  /** Of compact bone, or as much as the spongy bone comes to. [size, size] */
  bone: Float32Array;
  /** Of soft tissue. [size, size] */
  soft: Float32Array;
  /** Of the film. [size, size] */
  noise: Float32Array;
  /** Pixels a millimetre. */
  scale: number;
  /** The weave of spongy bone around 0, in a square that repeats. [TEXTURE, TEXTURE] */
  texture: Float32Array;
}

/** Side of the texture, a power of two. */
export const TEXTURE = 256;

/** Places along a tube at which its tables hold values: 0 is one end, STATIONS the other. */
export const STATIONS = 48;

export interface Tube {
  /** The middle of the near end and of the far end, in pixels. */
  from: readonly [x: number, y: number];
  to: readonly [x: number, y: number];
  /** 1, or -1 where left and right are swapped. */
  hand: 1 | -1;
  /** Half-widths of the bone and of its marrow in pixels, at STATIONS + 1 places. */
  outer: Float32Array;
  inner: Float32Array;
  /** Spongy bone as a share of compact bone, at the same places. */
  core: Float32Array;
  /** How far the middle of the bone is beside the axis, in pixels; none where it is straight. */
  bend?: Float32Array;
  /** Depth as a share of the width. */
  depth: number;
  /** Slopes of the ends: how much further they reach on the thumb's side. */
  tilt?: readonly [near: number, far: number];
  /** Pixels by which the middle of an end lies deeper than its rim. */
  cup?: readonly [near: number, far: number];
  /** Share of the bone that is added; 1 unless two drawings are mixed. */
  share: number;
  /** How plain the weave of spongy bone is. */
  grain: number;
}

const clampRow = (value: number, size: number) => Math.min(size, Math.max(0, value));

/** Adds the tube to `canvas.bone`. */
export function addTube(canvas: Canvas, tube: Tube): void {
  const { size, bone, texture } = canvas;
  const { outer, inner, core, bend, share, grain } = tube;
  const [x0, y0] = tube.from;
  const [dx, dy] = [tube.to[0] - x0, tube.to[1] - y0];
  const length = Math.hypot(dx, dy);
  if (length < 0.5 || share <= 0) return;
  const [ux, uy] = [dx / length, dy / length];
  const [nx, ny] = [-uy * tube.hand, ux * tube.hand];
  let widest = 0;
  for (let i = 0; i <= STATIONS; i++) widest = Math.max(widest, outer[i]! + Math.abs(bend?.[i] ?? 0));
  if (widest <= 0) return;
  const [tilt0, tilt1] = tube.tilt ?? [0, 0];
  const [cup0, cup1] = tube.cup ?? [0, 0];
  const over = Math.max(Math.abs(tilt0), Math.abs(tilt1)) * widest + Math.max(0, -cup0, -cup1) + 1;
  const flat = 1 / (widest * widest);
  const thick = (2 * tube.depth * share) / canvas.scale;

  const reachY = Math.abs(uy) * over + Math.abs(ny) * widest + 1;
  const top = clampRow(Math.floor(Math.min(y0, tube.to[1]) - reachY), size);
  const bottom = clampRow(Math.ceil(Math.max(y0, tube.to[1]) + reachY), size);
  for (let row = top; row < bottom; row++) {
    const [first, last] = span(row);
    for (let column = first; column < last; column++) {
      const px = column + 0.5 - x0;
      const py = row + 0.5 - y0;
      const s = px * ux + py * uy;
      const t = px * nx + py * ny;
      const deep = 1 - t * t * flat;
      const near = cup0 * deep - tilt0 * t;
      const far = length + tilt1 * t - cup1 * deep;
      const place = ((s - near) / (far - near)) * STATIONS;
      if (!(place > 0 && place < STATIONS)) continue;
      const i = place | 0;
      const f = place - i;
      const side = bend ? t - (bend[i]! + f * (bend[i + 1]! - bend[i]!)) : t;
      const radius = outer[i]! + f * (outer[i + 1]! - outer[i]!);
      const rest = radius * radius - side * side;
      if (rest <= 0) continue;
      let met = Math.sqrt(rest);
      const hollow = inner[i]! + f * (inner[i + 1]! - inner[i]!);
      const inside = hollow * hollow - side * side;
      if (hollow > 0 && inside > 0) {
        const weave = texture[((row & (TEXTURE - 1)) << 8) | (column & (TEXTURE - 1))]!;
        const spongy = (core[i]! + f * (core[i + 1]! - core[i]!)) * (1 + grain * weave);
        met -= Math.sqrt(inside) * (1 - spongy);
      }
      bone[row * size + column]! += thick * met;
    }
  }

  /** The columns of a row that may meet the tube. */
  function span(row: number): [first: number, last: number] {
    const py = row + 0.5 - y0;
    let low = 0;
    let high = size;
    const limit = (slope: number, value: number, from: number, to: number) => {
      if (Math.abs(slope) < 1e-6) {
        if (value < from || value > to) high = low;
        return;
      }
      const a = (from - value) / slope + x0 - 0.5;
      const b = (to - value) / slope + x0 - 0.5;
      low = Math.max(low, Math.floor(Math.min(a, b)));
      high = Math.min(high, Math.ceil(Math.max(a, b)) + 1);
    };
    limit(nx, py * ny, -widest, widest);
    limit(ux, py * uy, -over, length + over);
    return [low, high];
  }
}
