/**
 * A sampler's table as one matrix of numbers, for graphs that run whole rows: see docs/fused.md.
 */
import { type Guidance, isGuided } from './guidance.ts';
import type { SamplerRow } from './rows/record.ts';
import type { SamplerTable } from './table.ts';

/**
 * The columns of a packed table, in order. The first fifteen are the numbers of a row, as the head of `table.ts` has them:
 * `clip` is the bound of x0, the largest float64 where there is none. `draw` is the draw of unit noise that is the row's z,
 * 0 where it needs none; draw 0 is the start of sampling. `guided` is 1 where guidance counts and else 0. `start` is the
 * factor of the noise that sampling starts from, the same in all rows.
 */
export const PACKED_COLUMNS = [
  ...['timestep', 'p', 'q', 'clip', 'A', 'E', 'B', 'C', 'F', 'D', 'a', 'e', 'b', 'c', 'f'],
  ...['draw', 'guided', 'start'],
] as const;

/** y stays as it is. */
const STAYS = { a: 0, e: 0, b: 0, c: 0, f: 1 };

/**
 * @param table of sampling from noise alone: pictures to start from are no part of it
 * @returns [rows, `PACKED_COLUMNS.length`], row by row
 */
export function packTable(
  { rows, clip, start }: Pick<SamplerTable, 'rows' | 'clip' | 'start'>,
  guidance?: Guidance | undefined,
): Float64Array<ArrayBuffer> {
  return Float64Array.from(rows.flatMap((row, i) => packRow(row, { clip, start, guidance, draw: i + 1 })));
}

interface Surroundings extends Pick<SamplerTable, 'clip' | 'start'> {
  guidance: Guidance | undefined;
  draw: number;
}

function packRow(row: SamplerRow, { clip, start, guidance, draw }: Surroundings): number[] {
  const { timestep, p, q, A, E, B, C, F, D, y: { a, e, b, c, f } = STAYS } = row;
  const drawn = D === 0 ? 0 : draw;
  const guided = Number(isGuided(guidance, timestep));
  return [timestep, p, q, clip ?? Number.MAX_VALUE, A, E, B, C, F, D, a, e, b, c, f, drawn, guided, start];
}
