/** The lines of the algorithm, in the order in which a step goes through them. */

export const LINES = ['start', 'loop', 'ask', 'picture', 'mean', 'noise', 'move', 'end'] as const;
export type Line = (typeof LINES)[number];

/** The line after one, within a step of `last`: the last one leaves the loop. */
export function lineAfter(line: Line, last: boolean): Line {
  if (line === 'move') return last ? 'end' : 'loop';
  return LINES[Math.min(LINES.indexOf(line) + 1, LINES.length - 1)]!;
}

/** Whether a value that `of` makes is there once `line` has been done. */
export const isThere = (of: Line, line: Line): boolean => LINES.indexOf(line) >= LINES.indexOf(of);
