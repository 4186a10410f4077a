/** From millimetres of the hand to pixels of the picture. */
import type { Layout } from './layout.ts';
import type { Point } from './long-bone.ts';
import type { Pose } from './pose.ts';

export interface View {
  /** Pixels a millimetre. */
  scale: number;
  /** Clockwise, in radians. */
  turn: number;
  toPicture(point: Point): Point;
}

/** Soft tissue beyond the tips of bones, in millimetres of a grown man. */
const FLESH = 8;

/** Younger hands leave more of the frame empty. */
const fillAt = (lengthScale: number) => 0.88 + 0.12 * lengthScale;

/** Fits hand and some forearm into a square of `size` pixels. @param lengthScale of the person */
export function viewOf(size: number, layout: Layout, pose: Pose, lengthScale: number): View {
  const angle = (pose.turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turned = ([x, y]: Point): Point => [pose.hand * x * cos + y * sin, pose.hand * x * sin - y * cos];
  const bones = [...layout.rays.values()].flat();
  const tips = bones.flatMap(({ proximal, distal }) => [turned(proximal), turned(distal)]);
  const [left, right, top, lowest] = bounds([...tips, turned(layout.ulna.distal), turned(layout.radius.distal)]);
  const flesh = FLESH * lengthScale;
  const bottom = lowest + pose.forearm * (lowest - top);
  const [width, height] = [right - left + 2 * flesh, bottom - top + flesh];
  const fill = pose.fill * fillAt(lengthScale);
  const scale = Math.min((size * fill) / height, (size * Math.min(fill, 0.97)) / width);
  // The forearm leaves the picture at its lower edge, so what is left below only shows more of it.
  const room: Point = [size - width * scale, size - height * scale];
  const x = size / 2 + 0.3 * pose.aside[0] * room[0] - ((left + right) / 2) * scale;
  const y = (0.6 + 0.15 * pose.aside[1]) * room[1] - (top - flesh) * scale;
  return {
    scale,
    turn: angle,
    toPicture: (point) => {
      const [a, b] = turned(point);
      return [x + a * scale, y + b * scale];
    },
  };
}

function bounds(points: readonly Point[]): [left: number, right: number, top: number, bottom: number] {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
}
