/**
 * Slices as radiologists look at them: the patient's right on the left, the front or the head above.
 *
 * | axis       | slices count from | to    | above | on the left |
 * |------------|-------------------|-------|-------|-------------|
 * | `axial`    | feet              | head  | front | right       |
 * | `coronal`  | back              | front | head  | right       |
 * | `sagittal` | left              | right | head  | front       |
 */
import type { Axis, Place } from '@onnoise/base/pictures';
import type { NiftiHead } from './header.ts';

/** Number of a direction in space: to the right, forwards, up. */
const ALONG: Readonly<Record<Axis, { slices: number; columns: number; rows: number }>> = {
  axial: { slices: 2, columns: 0, rows: 1 },
  coronal: { slices: 1, columns: 0, rows: 2 },
  sagittal: { slices: 0, columns: 1, rows: 2 },
};

/** Steps through the stored voxels: element `start + slice * slices.step + row * rows.step + column * columns.step`. */
export interface Walk {
  slices: Steps;
  rows: Steps;
  columns: Steps;
  start: number;
}

export interface Steps {
  count: number;
  step: number;
  /** Millimetres. */
  spacing: number;
}

/** The stored axis nearest to each direction, and whether it leads that way; as nibabel's `io_orientation`. */
function nearestAxes(directions: readonly number[]): { axis: number; forwards: boolean }[] {
  const lengths = [0, 1, 2].map((c) => Math.hypot(...[0, 1, 2].map((r) => directions[3 * r + c]!)) || 1);
  const free = new Set([0, 1, 2]);
  const found: { axis: number; forwards: boolean }[] = [];
  for (const axis of [0, 1, 2]) {
    const along = (direction: number) => directions[3 * direction + axis]! / lengths[axis]!;
    const direction = [...free].reduce((best, other) =>
      Math.abs(along(other)) > Math.abs(along(best)) ? other : best,
    );
    free.delete(direction);
    found[direction] = { axis, forwards: along(direction) >= 0 };
  }
  return found;
}

/** Rows and columns count against their directions: the picture begins in front, above and on the right. */
export function walkOf({ size, spacing, directions }: NiftiHead, axis: Axis): Walk {
  const strides = [1, size[0], size[0] * size[1]];
  const nearest = nearestAxes(directions);
  let start = 0;
  const steps = (direction: number, along: boolean): Steps => {
    const { axis: stored, forwards } = nearest[direction]!;
    const [count, stride] = [size[stored]!, strides[stored]!];
    if (forwards !== along) start += (count - 1) * stride;
    return { count, step: forwards === along ? stride : -stride, spacing: spacing[stored]! };
  };
  const { slices, columns, rows } = ALONG[axis];
  return { slices: steps(slices, true), columns: steps(columns, false), rows: steps(rows, false), start };
}

/** All files that say how they lie are taken to count from one origin, as nibabel takes them. */
const SPACE = 'NIfTI';

/** Where a slice lies. */
export function placeOf({ size, affine, oriented }: NiftiHead, walk: Walk, slice: number): Place {
  const { slices, rows, columns, start } = walk;
  const [along, across] = [(rows.count - 1) * rows.step, (columns.count - 1) * columns.step];
  const corners = [0, across, along].map((step) => {
    const voxel = start + slice * slices.step + step;
    const [i, rest] = [voxel % size[0], Math.floor(voxel / size[0])];
    const place = [i, rest % size[1], Math.floor(rest / size[1]), 1];
    return [0, 1, 2].map((row) => place.reduce((sum, at, column) => sum + affine[4 * row + column]! * at, 0));
  });
  return { corners, space: oriented ? SPACE : undefined, thickness: slices.spacing > 0 ? slices.spacing : undefined };
}
