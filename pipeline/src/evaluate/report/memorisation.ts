/** What the report needs of a search for copies of training images. */
import type { Verdict } from '@onnoise/scheduler';

export interface Memorisation {
  verdict: Verdict;
  /** A picture whose distance to its nearest training image is below it counts as a copy. */
  threshold: number;
  /** Share of held-out images that the threshold takes for copies, 0 to 1. */
  falseAlarmRate: number;
  /** Pictures looked at, and those that count as copies. */
  count: number;
  copies: number;
  /** Chance, 0 to 1, that this many copies among the pictures are called out. */
  sensitivity: readonly { copies: number; chance: number }[];
  /** To the nearest training image, in units of the threshold's. */
  distances: { samples: readonly number[]; heldOut: readonly number[] };
  /** The closest pairs, closest first; `sample`, `nearest` and `second` count images from 0. */
  closest: readonly { sample: number; nearest: number; second: number; distance: number; ratio: number }[];
}
