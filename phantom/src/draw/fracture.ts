/** A fracture: a dark line across a bone; `long-bone.ts` sets the fragments apart. */
import type { Fracture, PlacedBone } from './long-bone.ts';
import { profileOf } from './profile.ts';
import type { Canvas } from './tube.ts';

/** Half the width of the line in millimetres. */
const HALF_LINE = 0.75;
/** What is left of the bone on the line. */
const LEFT = 0.3;

export function breakBone(canvas: Canvas, placed: PlacedBone, { at, slant, shift }: Fracture): void {
  const { proximal: a, distal: b, bone, widthScale, hand } = placed;
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy);
  const [ux, uy] = [dx / length, dy / length];
  const [x, y] = [a[0] + dx * at, a[1] + dy * at];
  const half = profileOf(bone, widthScale * canvas.scale)(at) + shift;
  const lean = Math.cos((slant * Math.PI) / 180) / Math.sin((slant * Math.PI) / 180);
  const line = Math.max(0.7, HALF_LINE * widthScale * canvas.scale);
  const reach = half * Math.hypot(1, lean) + line + 1;
  for (let row = Math.max(0, Math.floor(y - reach)); row < Math.min(canvas.size, y + reach); row++) {
    for (let column = Math.max(0, Math.floor(x - reach)); column < Math.min(canvas.size, x + reach); column++) {
      const [px, py] = [column + 0.5 - x, row + 0.5 - y];
      const across = (py * ux - px * uy) * hand;
      if (Math.abs(across) > half) continue;
      const off = Math.abs(px * ux + py * uy - across * lean) / Math.hypot(1, lean) / line;
      if (off < 1) canvas.bone[row * canvas.size + column]! *= LEFT + (1 - LEFT) * off * off;
    }
  }
}
