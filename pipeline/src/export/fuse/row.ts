/** A row of a packed table as ONNX nodes, in float64 and in the order of `applyRow`, so that its bits are the same. */
import { PACKED_COLUMNS } from '@onnoise/scheduler';
import type { Sketch } from './sketch.ts';

export type Columns = Readonly<Record<(typeof PACKED_COLUMNS)[number], string>>;

/** The numbers of rows [R, columns], each as [R, 1, 1, 1]. */
export function splitRow(s: Sketch, row: string): Columns {
  const spread = s.op('Unsqueeze', [row, s.whole([2, 3])], {}, 'row');
  const count = PACKED_COLUMNS.length;
  const parts = s.many('Split', [spread], count, { axis: { int: 1 }, num_outputs: { int: count } });
  return Object.fromEntries(PACKED_COLUMNS.map((name, i) => [name, parts[i]!])) as Columns;
}

/** Pictures [N, C, H, W]: x, x0 and y float32, output float64, and z float32 or [1, 1, 1, 1]. */
export interface RowValues {
  x: string;
  output: string;
  /** Of the row before. */
  x0: string;
  y: string;
  z: string;
}

/** @returns what x, x0 and y are after the row, float32 [N, C, H, W] */
export function drawRow(s: Sketch, columns: Columns, values: RowValues): { x: string; x0: string; y: string } {
  const { p, q, clip, A, E, B, C, F, D, a, e, b, c, f } = columns;
  const [x, before, y, z] = [values.x, values.x0, values.y, values.z].map((value) => s.cast(value, 'float64'));
  const o = values.output;
  const times = (factor: string, value: string) => s.op('Mul', [factor, value]);
  const sum = (...terms: string[]) => terms.reduce((total, term) => s.op('Add', [total, term]));
  const raw = sum(times(p, x!), times(q, o));
  const x0 = s.op('Min', [s.op('Max', [raw, s.op('Neg', [clip])]), clip], {}, 'x0');
  const moved = sum(times(A, x!), times(E, o), times(B, x0), times(C, before!), times(F, y!), times(D, z!));
  const kept = sum(times(a, x!), times(e, o), times(b, x0), times(c, before!), times(f, y!));
  return { x: s.cast(moved, 'float32'), x0: s.cast(x0, 'float32'), y: s.cast(kept, 'float32') };
}
