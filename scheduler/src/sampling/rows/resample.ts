/**
 * Going back and painting again, so that what is painted and what a mask keeps come to agree: each step but the last is
 * made U times, and after each time but the last x goes back to the noise level that the step began at.
 *
 * Source: RePaint, Lugmayr et al. 2022, algorithm 1, with a jump length of 1. Going back is linear in x', so it is part
 * of the row before it: runtimes only see more rows.
 */
import type { SamplerRow } from './record.ts';

type Level = Pick<SamplerRow, 'signal' | 'noise'>;

/** @param calls rows of a step; the last step has fewer. */
export function resampled(rows: readonly SamplerRow[], calls: number, resamples: number): SamplerRow[] {
  const out: SamplerRow[] = [];
  for (let first = 0; first < rows.length; first += calls) {
    const step = rows.slice(first, first + calls);
    const next = rows[first + calls];
    if (next) {
      const back = [...step.slice(0, -1), goBack(step.at(-1)!, next, step[0]!)];
      for (let time = 1; time < resamples; time++) out.push(...back);
    }
    out.push(...step);
  }
  return out;
}

/** The row, and then from the level that it reaches to a noisier one: x'' = keep x' + add z. */
function goBack(row: SamplerRow, reached: Level, level: Level): SamplerRow {
  const keep = level.signal / reached.signal;
  const add = Math.sqrt(Math.max(level.noise ** 2 - (keep * reached.noise) ** 2, 0));
  const { A, E, B, C, F, D } = row;
  return { ...row, A: keep * A, E: keep * E, B: keep * B, C: keep * C, F: keep * F, D: Math.hypot(keep * D, add) };
}
