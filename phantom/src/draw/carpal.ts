/**
 * Carpal bones: pebbles with an outline, drawn as a shell of compact bone around spongy bone. They begin as a dot, round,
 * and take their shape as they grow.
 */
import type { Carpal } from './ages.ts';
import type { Point } from './long-bone.ts';
import { type Canvas, TEXTURE } from './tube.ts';

interface Shape {
  /** Of a grown man's left wrist, in millimetres: toward the thumb and toward the fingers from the capitate's neck. */
  centre: Point;
  /** Distance of the outline from the centre every 30 degrees, from the thumb's side toward the fingers. */
  outline: readonly number[];
}

export const CARPAL_SHAPES: Readonly<Record<Carpal, Shape>> = {
  capitate: { centre: [0.5, 5], outline: [6.4, 7.4, 10.4, 11.6, 11, 7.6, 6.2, 6.6, 9.4, 11.4, 9.2, 6.6] },
  hamate: { centre: [-11.8, 4.6], outline: [5.8, 7.8, 10.2, 9.6, 9.8, 9.6, 7.6, 6.4, 7, 9, 10, 7.2] },
  triquetrum: { centre: [-18.2, -6], outline: [6.4, 6.6, 6.4, 6.1, 6.6, 7.2, 7, 6.4, 6, 6, 6.3, 6.6] },
  lunate: { centre: [-5.6, -11.6], outline: [7.8, 7.2, 5.8, 4.7, 5.8, 7.4, 7.8, 7.2, 6.6, 6.3, 6.8, 7.6] },
  trapezium: { centre: [20.8, 8.6], outline: [7, 7.4, 7.7, 7.1, 7.3, 7, 6.6, 6.8, 7.1, 6.6, 6.6, 6.8] },
  trapezoid: { centre: [11.8, 10.6], outline: [5, 5.4, 6.8, 6.9, 6.4, 5, 4.6, 4.9, 5.7, 6, 5.4, 4.8] },
  scaphoid: { centre: [11, -4.6], outline: [8.4, 12, 11, 7, 5.8, 6, 7.8, 11, 10.4, 7.2, 6, 6.4] },
  pisiform: { centre: [-20.6, -4], outline: [4.7, 4.9, 5.2, 5.3, 5.1, 4.8, 4.7, 4.9, 5.2, 5.3, 5.1, 4.8] },
};

/** Places of the outline's table. */
const DIRECTIONS = 96;

/** The outline every 3.75 degrees, smooth (Catmull-Rom), as round as the bone is young. */
function outlineTable(outline: readonly number[], shape: number, scale: number): Float32Array {
  const round = outline.reduce((sum, radius) => sum + radius, 0) / outline.length;
  const table = new Float32Array(DIRECTIONS + 1);
  const n = outline.length;
  for (let i = 0; i <= DIRECTIONS; i++) {
    const at = (i / DIRECTIONS) * n;
    const k = Math.floor(at);
    const f = at - k;
    const [a, b, c, d] = [-1, 0, 1, 2].map((step) => outline[(k + step + n) % n]!) as [number, number, number, number];
    const smooth = b + 0.5 * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a)));
    table[i] = (round + (smooth - round) * shape) * scale;
  }
  return table;
}

export interface PlacedCarpal {
  name: Carpal;
  centre: Point;
  /** Of the wrist in the picture, clockwise, in radians. */
  turn: number;
  hand: 1 | -1;
  /** Pixels of a millimetre of a grown man's bone, and the share of its final size. */
  scale: number;
  size: number;
  dense: number;
}

/** Outlines are drawn a little larger: grown bones nearly touch. */
const ROOM = 1.04;

/** Half the depth of a grown man's carpal bone in millimetres. */
const DEPTH = 5.6;

/** Adds the bone to the picture. */
export function addCarpal(canvas: Canvas, placed: PlacedCarpal): void {
  const { centre, hand, size: grown, dense } = placed;
  const scale = placed.scale * grown * ROOM;
  const { outline } = CARPAL_SHAPES[placed.name];
  addPebble(canvas, centre, placed.turn, hand, outlineTable(outline, grown * grown, scale), {
    depth: (DEPTH * scale * (placed.name === 'pisiform' ? 0.7 : 1)) / canvas.scale,
    wall: Math.min(0.3, 0.05 + 0.75 / (7.5 * grown)),
    dense,
  });
}

interface Matter {
  /** Half the depth in millimetres. */
  depth: number;
  /** Thickness of the shell as a share of the radius. */
  wall: number;
  dense: number;
}

/** Adds a body with an outline by direction: [DIRECTIONS + 1] radii in pixels. */
function addPebble(canvas: Canvas, [x, y]: Point, turn: number, hand: number, outline: Float32Array, matter: Matter) {
  const { size, bone, texture } = canvas;
  const reach = Math.max(...outline) + 1;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const toPlace = DIRECTIONS / (2 * Math.PI);
  const hollow = 1 / (1 - matter.wall) ** 2;
  const density = 0.62 + 0.38 * matter.dense;
  const [top, bottom] = [Math.max(0, Math.floor(y - reach)), Math.min(size, Math.ceil(y + reach))];
  const [left, right] = [Math.max(0, Math.floor(x - reach)), Math.min(size, Math.ceil(x + reach))];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const dx = column + 0.5 - x;
      const dy = row + 0.5 - y;
      const a = (dx * cos + dy * sin) * hand;
      const b = dx * sin - dy * cos; // upward
      const angle = Math.atan2(b, a);
      const place = (angle < 0 ? angle + 2 * Math.PI : angle) * toPlace;
      const i = place | 0;
      const radius = outline[i]! + (place - i) * ((outline[i + 1] ?? outline[0]!) - outline[i]!);
      const r2 = (a * a + b * b) / (radius * radius);
      if (r2 >= 1) continue;
      // Flat on both sides: the depth falls off near the rim alone.
      let met = Math.sqrt(1 - r2 * r2);
      const inside = 1 - r2 * r2 * hollow * hollow;
      if (inside > 0) {
        const weave = texture[((row & (TEXTURE - 1)) << 8) | (column & (TEXTURE - 1))]!;
        met -= (1 - matter.wall) * Math.sqrt(inside) * (1 - 0.3 * (1 + 0.35 * weave));
      }
      bone[row * size + column]! += 2 * matter.depth * met * density;
    }
  }
}

/** Adds a small round bone: a sesamoid. @param radius in pixels */
export function addRoundBone(canvas: Canvas, centre: Point, radius: number, dense: number): void {
  const outline = new Float32Array(DIRECTIONS + 1).fill(radius);
  addPebble(canvas, centre, 0, 1, outline, { depth: (0.8 * radius) / canvas.scale, wall: 0.2, dense });
}
