/**
 * EXIF orientation (tag 274 of EXIF 2.3 and TIFF 6.0): how a file's pixels are turned and mirrored to be shown. 1 leaves them as
 * they are; from 5 on rows become columns.
 */
const ORIENTATION = 274;

/** In pixels. */
interface Extent {
  width: number;
  height: number;
}

/** The size of a picture as it is shown, and the orientation of its file, which made it so; absent where that changes nothing. */
export interface Shown extends Extent {
  orientation?: number | undefined;
}

/** Sizes of a picture of this orientation: as shown where this is the stored one, and as stored where it is the shown one. */
export const turnedExtent = ({ width, height }: Extent, orientation = 1): Extent =>
  orientation > 4 ? { width: height, height: width } : { width, height };

/** @param exif bytes of an EXIF block, which is laid out as the head of a TIFF file @returns 1 also for one that does not say */
export function exifOrientation(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const little = exif[0] === 0x49;
  try {
    const start = view.getUint32(4, little);
    for (let entry = 0; entry < view.getUint16(start, little); entry++) {
      const at = start + 2 + 12 * entry;
      if (view.getUint16(at, little) === ORIENTATION) return orientationFrom(view.getUint16(at + 8, little));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // it leads beyond its end
  }
  return 1;
}

/** What decoders make of numbers that mean nothing. */
export const orientationFrom = (value = 1): number => (value >= 1 && value <= 8 ? value : 1);

/** Where pixel x, y of the shown picture lies in the stored one, of this size. */
export function storedAt({ width, height }: Extent, orientation: number, x: number, y: number): number {
  const [column, row] = orientation > 4 ? [y, x] : [x, y];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBelow = [3, 4, 6, 7].includes(orientation);
  return (fromBelow ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column);
}

/** The orientation that undoes another. */
export const undoing = (orientation: number): number => ({ 6: 8, 8: 6 })[orientation] ?? orientation;

/**
 * The orientation that lays a picture on the image that it belongs to, as a mask does: its own where both files have one, or neither.
 * Where one of them alone is turned, the other may have been made of the image as it is shown, or as it is stored: its size decides.
 * @param fits whether a picture of this size lies on the image as it is shown
 * @throws Error with the reason where both ways fit
 */
export function orientationBeside(other: Shown, image: Shown, fits: (size: Extent) => boolean): number {
  const [own, theirs] = [other.orientation ?? 1, image.orientation ?? 1];
  if ((own === 1) === (theirs === 1)) return own;
  const asItsImage = fits(turnedExtent(turnedExtent(other, own), theirs));
  if (!asItsImage) return own;
  if (!fits(other)) return theirs;
  const [turned, not] = own === 1 ? ['its image', 'it'] : ['it', 'its image'];
  throw new Error(
    `${turned} has an EXIF orientation that turns it (${Math.max(own, theirs)}), ${not} has none, and both ways fit: save both upright, or give both the same`,
  );
}
