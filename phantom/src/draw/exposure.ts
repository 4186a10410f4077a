/** How the picture was taken: exposure, window, collimation, grid, noise, marker. The draws do not depend on the hand. */
import { INITIALS, type Marker } from './marker.ts';
import { drawFor } from './random.ts';

export interface Collimation {
  /** The grey level outside of the frame: dark by a shutter of the reader, or bright since few rays came. */
  outside: number;
  /** Shares of the side; below 0 beyond the picture. */
  margins: readonly [left: number, top: number, right: number, bottom: number];
  /** In radians. */
  turn: number;
}

export interface Exposure {
  /** Attenuation that is black, and what the brightest part of the hand is a share of. */
  black: number;
  white: number;
  gamma: number;
  /** Scattered rays as a share of those that come straight. */
  scatter: number;
  /** Deviation of the noise where nothing weakens the rays, a share of the attenuation that is white. */
  noise: number;
  /** Weight of each neighbour in the blur of the detector. */
  blur: number;
  /** Attenuation that the field differs by from side to side (heel effect). */
  slope: readonly [x: number, y: number];
  /** Lines of a grid that stops scattered rays: attenuation, and waves a pixel. */
  grid?: { strength: number; waves: number };
  collimation?: Collimation;
  /** Its height is a share of the side here; `place` is where to look for room first, 0 to 1. */
  marker?: Pick<Marker, 'height' | 'turn' | 'plate' | 'initials'> & { place: number };
}

export function drawExposure(seed: number, picture: number): Exposure {
  const draw = drawFor(seed, picture, 'film');
  const flags = {
    grid: draw.chance(0.15),
    collimation: draw.chance(0.55),
    bright: draw.chance(0.7),
    marker: draw.chance(0.85),
    /** Much too bright, and cut to a plate on black: as some archives hold them. */
    pale: draw.chance(0.12),
  };
  const grid = { strength: draw.uniform(0.008, 0.025), waves: draw.uniform(0.28, 0.45) };
  // Mostly two to four sides are cut, little above the fingertips; where it is bright outside, by a line's width.
  const bright = flags.bright && !flags.pale;
  const outside = bright ? draw.uniform(60, 255) : 3;
  const widest = flags.pale ? 0.09 : bright ? 0.02 : 0.055;
  const margins = [0, 1, 2, 3].map((side) =>
    draw.chance(flags.pale ? 0.9 : 0.7) ? draw.uniform(0.005, side === 1 ? Math.min(0.03, widest) : widest) : -0.1,
  );
  const collimationTurn = draw.normal(0, 0.012);
  const marker = {
    height: draw.uniform(0.06, 0.09),
    turn: draw.normal(0, 0.2),
    place: draw.uniform(0, 1),
    plate: draw.uniform(0.01, 0.13),
    initials: Array.from({ length: 2 + draw.pick(2) }, () => INITIALS[draw.pick(INITIALS.length)]!).join(''),
  };
  return {
    black: flags.pale ? draw.uniform(-1.6, -0.6) : draw.uniform(-0.1, 0.01),
    white: draw.uniform(0.96, 1.12),
    gamma: draw.uniform(1, 1.4),
    scatter: draw.uniform(0.03, 0.12),
    noise: draw.uniform(0.008, 0.02),
    blur: draw.uniform(0.06, 0.17),
    slope: [draw.normal(0, 0.03), draw.normal(0, 0.03)],
    ...(flags.grid && { grid }),
    ...((flags.collimation || flags.pale) && {
      collimation: {
        outside,
        margins: margins as [number, number, number, number],
        turn: collimationTurn,
      },
    }),
    ...(flags.marker && { marker }),
  };
}
