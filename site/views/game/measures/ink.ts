/** A picture as ink, one plane of 0 (paper) to 255, and the geometry that the measures use. No DOM. */
import type { ImageShape } from '../../../state/pixels.ts';

export interface Plane {
  width: number;
  height: number;
  /** [H, W], 0 to 255 */
  ink: Float64Array;
}

/** Luma (ITU-R BT.601) of colour; gray stays. `inverted` for dark ink on bright paper. */
export function inkOf(pixels: ArrayLike<number>, [channels, height, width]: ImageShape, inverted: boolean): Plane {
  const size = width * height;
  const ink = new Float64Array(size);
  const rgb = channels === 3;
  for (let i = 0; i < size; i++) {
    const v = rgb ? 0.299 * pixels[i]! + 0.587 * pixels[size + i]! + 0.114 * pixels[2 * size + i]! : pixels[i]!;
    ink[i] = inverted ? 255 - v : v;
  }
  return { width, height, ink };
}

/** True where the edge of a picture is bright: its ink is dark. */
export function isInverted(pixels: ArrayLike<number>, shape: ImageShape): boolean {
  const plane = inkOf(pixels, shape, false);
  let sum = 0;
  let count = 0;
  for (const i of frame(plane, 1)) {
    sum += plane.ink[i]!;
    count++;
  }
  return sum / count > 127.5;
}

/** Indices of the pixels less than `margin` from the edge. */
export function* frame({ width, height }: Plane, margin: number): Generator<number> {
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    if (Math.min(x, y, width - 1 - x, height - 1 - y) < margin) yield i;
  }
}

/** Pixels that touch `i`, corners included. */
export function around({ width, height }: Plane, i: number): number[] {
  const found: number[] = [];
  const x = i % width;
  const y = Math.floor(i / width);
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
      if (u !== x || v !== y) found.push(v * width + u);
    }
  }
  return found;
}

/** Connected pieces (corners connect) of the pixels in `set`, the largest first. */
export function pieces(plane: Plane, set: (i: number) => boolean): number[][] {
  const seen = new Uint8Array(plane.ink.length);
  const found: number[][] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] || !set(start)) continue;
    const piece = [start];
    seen[start] = 1;
    for (let next = 0; next < piece.length; next++) {
      for (const i of around(plane, piece[next]!)) {
        if (seen[i] || !set(i)) continue;
        seen[i] = 1;
        piece.push(i);
      }
    }
    found.push(piece);
  }
  return found.sort((a, b) => b.length - a.length);
}

/**
 * Half the thickness of strokes, in pixels, at every pixel of `set`: chamfer distance (3-4, Borgefors 1986) to the
 * nearest pixel outside, where the picture's edge counts as outside. 0 outside.
 */
export function depth({ width, height }: Plane, set: (i: number) => boolean): Float64Array {
  const out = Float64Array.from({ length: width * height }, (_, i) => (set(i) ? Number.POSITIVE_INFINITY : 0));
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : out[y * width + x]!);
  const relax = (x: number, y: number, side: 1 | -1) => {
    const i = y * width + x;
    const straight = Math.min(at(x - side, y), at(x, y - side)) + 3;
    const corner = Math.min(at(x - side, y - side), at(x + side, y - side)) + 4;
    out[i] = Math.min(out[i]!, straight, corner);
  };
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) relax(x, y, 1);
  for (let y = height - 1; y >= 0; y--) for (let x = width - 1; x >= 0; x--) relax(x, y, -1);
  return out.map((d) => d / 3);
}
