/** The chosen slices of a NIfTI file, as gray pictures at their own size. */
import {
  AXES,
  type Axis,
  between,
  chooseFrames,
  extremes,
  type FrameChoice,
  fullRange,
  levelOf,
  type RawPicture,
  type WindowChoice,
  within,
} from '@onnoise/base/pictures';
import { type NiftiHead, readNiftiHead } from './header.ts';
import { placeOf, type Walk, walkOf } from './orientation.ts';
import { isGzip, unzippedHead, valuesOf } from './values.ts';

/** How many slices a file has, by its first bytes. @throws Error with the reason why it cannot be used */
export function countSlices(beginning: Uint8Array, axis: Axis): number {
  return walkOf(readNiftiHead(unzippedHead(beginning)), axis).slices.count;
}

/** @param unzip whole bytes of a gzipped file @throws Error with the reason why the file cannot be used */
export async function openNifti(
  file: Uint8Array,
  { window, frames, axis }: { window: WindowChoice; frames: FrameChoice; axis: Axis },
  unzip: (bytes: Uint8Array) => Promise<Uint8Array>,
): Promise<{ count: number; volumes: number; pictures: Iterable<RawPicture> }> {
  const bytes = isGzip(file) ? await unzip(file) : file;
  const head = readNiftiHead(bytes);
  const valueAt = valuesOf(bytes, head);
  const walk = walkOf(head, axis);
  if (isLine(walk)) throw new Error(describeLine(head, axis));
  const chosen = chooseFrames(frames, walk.slices.count);
  const voxels = head.size[0] * head.size[1] * head.size[2];
  const shareOf = curveOf(head, window, () => extremes(valueAt, voxels));
  return { count: walk.slices.count, volumes: head.volumes, pictures: slices() };

  function* slices(): Generator<RawPicture> {
    const { rows, columns, start } = walk;
    const aspect = columns.spacing / rows.spacing;
    const usable = aspect > 0 && Number.isFinite(aspect);
    const spacing = usable && head.millimetres ? rows.spacing : undefined;
    const shape = usable ? { aspect, spacing } : { unusable: true };
    for (const slice of chosen) {
      const pixels = new Uint16Array(rows.count * columns.count);
      let to = 0;
      for (let row = 0; row < rows.count; row++) {
        let from = start + slice * walk.slices.step + row * rows.step;
        for (let column = 0; column < columns.count; column++, from += columns.step) {
          pixels[to++] = levelOf(shareOf(valueAt(from)));
        }
      }
      yield { width: columns.count, height: rows.count, pixels, place: placeOf(head, walk, slice), ...shape };
    }
  }
}

/** Whether slices are one voxel wide or high, as those of a flat picture that is cut across. */
const isLine = ({ rows, columns }: Walk): boolean => rows.count === 1 || columns.count === 1;

function describeLine(head: NiftiHead, axis: Axis): string {
  const { rows, columns } = walkOf(head, axis);
  const better = AXES.filter((other) => !isLine(walkOf(head, other)));
  const advice = better.length > 0 ? `--axis ${better.join(' or ')} shows it` : 'it holds no picture';
  return `its ${axis} slices are lines of ${columns.count} x ${rows.count} voxels: ${advice}`;
}

function curveOf(
  { black, white }: NiftiHead,
  window: WindowChoice,
  range: () => [number, number],
): (value: number) => number {
  if (typeof window === 'object') return within(window);
  return window === 'dicom' && white > black ? between(black, white) : fullRange(...range());
}
