/** How the hand lies on the detector, and where in the picture. The draws do not depend on age and sex. */
import { drawFor } from './random.ts';
import { FINGERS, type Finger } from './skeleton.ts';

export interface Pose {
  /** 1 for a left hand, thumb on the right as rays from above show it; -1 for a right hand. */
  hand: 1 | -1;
  /** Degrees by which fingers go apart. */
  spread: number;
  /** Degrees of single bones toward the thumb, from the metacarpal on. */
  bends: ReadonlyMap<Finger, readonly number[]>;
  /** Lengths that are seen, as shares: fingers are not quite flat. From the metacarpal on. */
  foreshortening: readonly number[];
  /** Degrees of the forearm against the hand. */
  wrist: number;
  /** Degrees of everything, clockwise. */
  turn: number;
  /** Share of the picture's side that the hand fills. */
  fill: number;
  /** Share of the room that is left by which the hand is off the middle, -1 to 1. */
  aside: readonly [x: number, y: number];
  /** Length of forearm in the frame, a share of the hand's length. */
  forearm: number;
}

/** @param right the share of right hands */
export function drawPose(seed: number, picture: number, right: number): Pose {
  const draw = drawFor(seed, picture, 'pose');
  const hand = draw.chance(right) ? -1 : 1;
  const spread = draw.normal(4.5, 4);
  const bends = new Map(FINGERS.map((finger) => [finger, [0.8, 2, 1.6, 1.6].map((d) => draw.normal(0, d))]));
  const thumb = draw.normal(5, 8);
  bends.set(
    1,
    bends.get(1)!.map((bend, k) => bend + thumb * (k === 0 ? 0.6 : 1)),
  );
  const curl = Math.abs(draw.normal(0, 1));
  return {
    hand,
    spread,
    bends,
    foreshortening: [1, 1 - 0.006 * curl, 1 - 0.02 * curl, 1 - 0.03 * curl],
    wrist: draw.normal(0, 3),
    turn: draw.normal(0, 7),
    fill: draw.uniform(0.88, 1),
    aside: [draw.uniform(-1, 1), draw.uniform(-1, 1)],
    forearm: draw.uniform(0.06, 0.26),
  };
}
