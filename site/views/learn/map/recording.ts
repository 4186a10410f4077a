/** What the overview's network said, recorded: see scripts/learn/record-map.ts. */
import facts from './facts.json' with { type: 'json' };

/** How much of a picture and of its noise is in x_t: x_t = signal x_0 + noise epsilon. */
export interface Mixture {
  timestep: number;
  signal: number;
  noise: number;
}

export interface Facts {
  /** Pixels. */
  side: number;
  /** Real digits, each at one t. */
  trained: (Mixture & { label: number; seed: number })[];
  /** The way to a new digit: before each step. */
  drawn: { label: number; seed: number; levels: Mixture[] };
}

export const FACTS: Facts = facts;
export const ADDRESS = './learn/map/digits.png';

/** Each [H, W] in [-1, 1]. */
export interface Recorded {
  real: Float32Array[];
  /** Of the real ones, noisy. */
  guessed: Float32Array[];
  /** At each step of the way. */
  way: Float32Array[];
}

/** Takes the pictures out of the row. @param rgba [H, N W, 4] */
export function readTiles(rgba: ArrayLike<number>, { side, trained, drawn }: Facts = FACTS): Recorded {
  const count = 2 * trained.length + drawn.levels.length;
  const tiles = Array.from({ length: count }, (_, n) =>
    Float32Array.from({ length: side * side }, (_, i) => {
      const [y, x] = [Math.floor(i / side), i % side];
      return rgba[4 * (y * count * side + n * side + x)]! / 127.5 - 1;
    }),
  );
  const [a, b] = [trained.length, 2 * trained.length];
  return { real: tiles.slice(0, a), guessed: tiles.slice(a, b), way: tiles.slice(b) };
}
