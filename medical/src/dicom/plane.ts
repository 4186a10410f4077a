/** Where the frames of a DICOM file lie in space (PS3.3 C.7.6.2.1.1 and C.7.6.16.2.3), to compare what belongs together. */
import type { Place } from '@onnoise/base/pictures';
import type { DataSet } from 'dicom-parser';
import { TAG } from './tags.ts';
import { layersOf } from './tone.ts';

export interface Plane {
  /** Millimetres: the outer corners at the first pixel, at the end of its row, and at the end of its column. */
  corners: number[][];
  /** Millimetres: the shorter side of a pixel. */
  side: number;
}

const GROUPS = [TAG.positionGroup, TAG.orientationGroup, TAG.measureGroup];

/** Of frame `k`, from 0; undefined where the file does not say. */
export function planeOf(data: DataSet, k: number): Plane | undefined {
  const grid = gridOf(data, k);
  if (grid === undefined) return undefined;
  const { at, rows, columns, side } = grid;
  return { corners: [at(-0.5, -0.5), at(columns - 0.5, -0.5), at(-0.5, rows - 0.5)], side };
}

/** The same by the centres of pixels, as pictures have it. DICOM counts to the left and backwards. */
export function placeOf(data: DataSet, k: number): Place | undefined {
  const grid = gridOf(data, k);
  if (grid === undefined) return undefined;
  const { at, rows, columns, thickness } = grid;
  const corners = [at(0, 0), at(columns - 1, 0), at(0, rows - 1)].map(([x, y, z]) => [-x!, -y!, z!]);
  return { corners, space: data.string(TAG.frameOfReference)?.trim() || undefined, thickness };
}

/** `at` gives millimetres of a column and a row, as the file counts them. */
function gridOf(data: DataSet, k: number) {
  const layers = layersOf(data, k, GROUPS);
  const numbers = (tag: string, count: number) => {
    const text = layers.find(({ elements }) => (elements[tag]?.length ?? 0) > 0)?.string(tag);
    const found = text?.split('\\').map(Number) ?? [];
    return found.length === count && found.every(Number.isFinite) ? found : undefined;
  };
  const position = numbers(TAG.imagePosition, 3);
  const orientation = numbers(TAG.imageOrientation, 6);
  const [down, across] = numbers(TAG.pixelSpacing, 2) ?? [];
  const [rows, columns] = [data.uint16(TAG.rows), data.uint16(TAG.columns)];
  if (!position || !orientation || !down || !across || !rows || !columns) return undefined;
  const at = (column: number, row: number) =>
    position.map((mm, d) => mm + orientation[d]! * across * column + orientation[3 + d]! * down * row);
  const [thick = 0] = numbers(TAG.sliceThickness, 1) ?? [];
  return { at, rows, columns, side: Math.min(down, across), thickness: thick > 0 ? thick : undefined };
}

/** Of the shorter side of a pixel: centres of pixels then lie in the right ones. */
const TOLERANCE = 0.5;

/** @throws Error with the reason where a frame does not cover its image; nothing where one does not say */
export function requireSamePlane(frame: Plane | undefined, image: Plane | undefined): void {
  if (frame === undefined || image === undefined) return;
  const apart = frame.corners.map((corner, i) => Math.hypot(...corner.map((mm, d) => mm - image.corners[i]![d]!)));
  const most = Math.max(...apart);
  if (most <= TOLERANCE * image.side) return;
  throw new Error(
    `it lies elsewhere in space than its image, by up to ${Number(most.toPrecision(3))} mm at a corner: resample it onto the image`,
  );
}
