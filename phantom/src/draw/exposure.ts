/** How the picture was taken: exposure, window, collimation, grid, noise, marker. The draws do not depend on the hand. */
import { drawFor } from './random.ts';

export interface Collimation {
  /** Outside of the frame: dark by a shutter of the reader, or bright since no rays came. */
  outside: 'dark' | 'bright';
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
  /** Height as a share of the side, radians, and where to look for room first, 0 to 1. */
  marker?: { height: number; turn: number; place: number };
}

export function drawExposure(seed: number, picture: number): Exposure {
  const draw = drawFor(seed, picture, 'film');
  const flags = {
    grid: draw.chance(0.15),
    collimation: draw.chance(0.45),
    bright: draw.chance(0.3),
    marker: draw.chance(0.85),
  };
  const grid = { strength: draw.uniform(0.008, 0.025), waves: draw.uniform(0.28, 0.45) };
  // Mostly two to four sides are cut; little above the fingertips.
  const margins = [0, 1, 2, 3].map((side) =>
    draw.chance(0.7) ? draw.uniform(0.005, side === 1 ? 0.018 : 0.055) : -0.1,
  );
  const collimationTurn = draw.normal(0, 0.012);
  const marker = { height: draw.uniform(0.05, 0.075), turn: draw.normal(0, 0.15), place: draw.uniform(0, 1) };
  return {
    black: draw.uniform(-0.12, -0.03),
    white: draw.uniform(0.96, 1.12),
    gamma: draw.uniform(0.66, 0.86),
    scatter: draw.uniform(0.03, 0.12),
    noise: draw.uniform(0.01, 0.024),
    blur: draw.uniform(0.06, 0.17),
    slope: [draw.normal(0, 0.03), draw.normal(0, 0.03)],
    ...(flags.grid && { grid }),
    ...(flags.collimation && {
      collimation: {
        outside: flags.bright ? 'bright' : 'dark',
        margins: margins as [number, number, number, number],
        turn: collimationTurn,
      },
    }),
    ...(flags.marker && { marker }),
  };
}
