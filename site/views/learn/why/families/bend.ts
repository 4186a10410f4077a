/**
 * A normalising flow to the eight clusters, Rezende & Mohamed 2015: a standard bell goes through layers that can be undone, so
 * the density of each point is known. The first layer moves points along their radius, the others turn them towards clusters.
 * Its numbers have the largest likelihood: the flow's test finds no better ones near them.
 */

/** r becomes reach tanh(slope r) + tail r. */
const RADIAL = { reach: 0.8269, slope: 7.18, tail: 0.1395 };
/** Each layer takes angle to angle - turn / 8 sin(8 angle); below 1, so that no two angles meet. */
const TURNS = [0.381, 0.366, 0.376];

export interface Flow {
  radial: typeof RADIAL;
  turns: readonly number[];
}

export const FLOW: Flow = { radial: RADIAL, turns: TURNS };
export const LAYERS = 1 + TURNS.length;

/** How far a layer has come, where `at` of LAYERS are done. */
const share = (at: number, layer: number): number => Math.min(1, Math.max(0, at - layer));

/** A point on its way through the layers. @param at 0 for the bell to LAYERS for the data */
export function bent(x: number, y: number, at: number, { radial, turns }: Flow = FLOW): [x: number, y: number] {
  const before = Math.hypot(x, y);
  const first = share(at, 0);
  const radius = before + first * (radiusOf(radial, before) - before);
  const angle = turns.reduce(
    (now, turn, i) => now - ((share(at, i + 1) * turn) / 8) * Math.sin(8 * now),
    Math.atan2(y, x),
  );
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

const radiusOf = ({ reach, slope, tail }: typeof RADIAL, r: number): number => reach * Math.tanh(slope * r) + tail * r;

/** The density's logarithm at a point of the data, by the way back: what a flow learns from. */
export function logDensity(x: number, y: number, { radial, turns }: Flow = FLOW): number {
  let logSlope = 0;
  let angle = Math.atan2(y, x);
  for (const turn of turns.toReversed()) {
    const target = angle;
    angle = solve((now) => now - (turn / 8) * Math.sin(8 * now) - target, target - 1 / 8, target + 1 / 8);
    logSlope += Math.log(1 - turn * Math.cos(8 * angle));
  }
  const { reach, slope, tail } = radial;
  const to = Math.hypot(x, y);
  const from = solve((r) => radiusOf(radial, r) - to, 0, to / tail);
  logSlope += Math.log((reach * slope) / Math.cosh(slope * from) ** 2 + tail) + Math.log(to / from);
  return -(from ** 2) / 2 - Math.log(2 * Math.PI) - logSlope;
}

/** Where a rising function is 0. */
function solve(of: (value: number) => number, low: number, high: number): number {
  let [below, above] = [low, high];
  for (let i = 0; i < 60; i++) {
    const middle = (below + above) / 2;
    if (of(middle) < 0) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
}
