/** Where the slices of a NIfTI file lie in space, to compare those of a label map with those of its image. */
import type { Axis } from '@onnoise/base/pictures';
import { type NiftiHead, readNiftiHead } from './header.ts';
import { type Steps, walkOf } from './orientation.ts';
import { unzippedHead } from './values.ts';

export interface NiftiGrid {
  axis: Axis;
  slices: number;
  rows: number;
  columns: number;
  /** Width of a pixel over its height; 1 where the file does not say. */
  aspect: number;
  /** Millimetres to the right, forwards and up: the eight corners in the order of slices, rows and columns. */
  corners: number[][];
  /** Millimetres: the shortest side of a voxel. */
  side: number;
  /** Whether the file says how it lies in space. */
  oriented: boolean;
}

/** @param beginning the first bytes of the file @throws Error with the reason why it cannot be used */
export const niftiGridOf = (beginning: Uint8Array, axis: Axis): NiftiGrid =>
  gridOf(readNiftiHead(unzippedHead(beginning)), axis);

export function gridOf(head: NiftiHead, axis: Axis): NiftiGrid {
  const { slices, rows, columns, start } = walkOf(head, axis);
  const aspect = columns.spacing / rows.spacing;
  const ends = ({ count, step }: Steps) => [0, (count - 1) * step];
  const corners = ends(slices).flatMap((slice) =>
    ends(rows).flatMap((row) => ends(columns).map((column) => placeOf(head, start + slice + row + column))),
  );
  const sides = [0, 1, 2].map((axis) => Math.hypot(...[0, 1, 2].map((row) => head.affine[4 * row + axis]!)));
  return {
    axis,
    slices: slices.count,
    rows: rows.count,
    columns: columns.count,
    aspect: aspect > 0 && Number.isFinite(aspect) ? aspect : 1,
    corners,
    side: Math.min(...sides),
    oriented: head.oriented,
  };
}

function placeOf({ size, affine }: NiftiHead, voxel: number): number[] {
  const [width, height] = size;
  const at = [voxel % width, Math.floor(voxel / width) % height, Math.floor(voxel / (width * height)), 1];
  return [0, 1, 2].map((row) => at.reduce((sum, number, i) => sum + number * affine[4 * row + i]!, 0));
}

/** Of the shortest side of a voxel: heads are rounded, and tools write them in several ways. */
const TOLERANCE = 0.1;

/** @throws Error with the reason where the voxels of a label map are not those of its image */
export function requireSameGrid(map: NiftiGrid, image: NiftiGrid): void {
  const sizeOf = ({ columns, rows, slices }: NiftiGrid) => `${columns} x ${rows} x ${slices}`;
  if (sizeOf(map) !== sizeOf(image)) throw new Error(`it has ${sizeOf(map)} voxels, and its image ${sizeOf(image)}`);
  if (map.oriented !== image.oriented) {
    const [silent, other] = map.oriented ? ['its image', 'it'] : ['it', 'its image'];
    throw new Error(`${silent} does not say how its voxels lie in space, and ${other} does`);
  }
  const apart = map.corners.map((corner, i) => Math.hypot(...corner.map((mm, d) => mm - image.corners[i]![d]!)));
  const most = Math.max(...apart);
  if (most <= TOLERANCE * image.side) return;
  throw new Error(
    `it lies elsewhere in space than its image, by up to ${Number(most.toPrecision(3))} mm at a corner: resample it onto the image`,
  );
}
