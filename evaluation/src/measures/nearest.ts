/** Nearest neighbours by Euclidean distance, exactly: all pairs, each left as soon as it is too far. Squared distances throughout. */
import type { Rows } from './matrix.ts';

/** Numbers that are added before a pair is looked at again. */
const CHUNK = 16;

/** |a_i - b_j|^2, or something above `limit` where it is above. */
export function squaredDistance(a: Rows, i: number, b: Rows, j: number, width: number, limit: number): number {
  let [p, q, sum] = [i * width, j * width, 0];
  const end = p + width;
  while (p < end) {
    for (const stop = Math.min(p + CHUNK, end); p < stop; p++, q++) {
      const apart = a[p]! - b[q]!;
      sum += apart * apart;
    }
    if (sum > limit) return sum;
  }
  return sum;
}

/** The k nearest others of each row. */
export interface Neighbours {
  k: number;
  /** [N, k], from near to far; Infinity where there are fewer. */
  squares: Float64Array;
  /** [N, k]: their rows. */
  rows: Int32Array;
}

/** The k nearest other rows of each row of a set [N, width]. */
export async function neighboursWithin(
  set: Rows,
  width: number,
  k: number,
  letOthersRun: () => Promise<void> = async () => {},
): Promise<Neighbours> {
  const count = set.length / width;
  const squares = new Float64Array(count * k).fill(Infinity);
  const rows = new Int32Array(count * k).fill(-1);
  const insert = (row: number, other: number, square: number): void => {
    let at = row * k + k - 1;
    if (!(square < squares[at]!)) return;
    for (; at > row * k && squares[at - 1]! > square; at--) {
      squares[at] = squares[at - 1]!;
      rows[at] = rows[at - 1]!;
    }
    squares[at] = square;
    rows[at] = other;
  };
  for (let i = 0; i < count; i++) {
    await letOthersRun();
    for (let j = 0; j < i; j++) {
      const limit = Math.max(squares[i * k + k - 1]!, squares[j * k + k - 1]!);
      const square = squaredDistance(set, i, set, j, width, limit);
      if (!(square < limit)) continue;
      insert(i, j, square);
      insert(j, i, square);
    }
  }
  return { k, squares, rows };
}
