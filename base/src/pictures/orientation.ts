/** How sharp turns a picture: as its EXIF orientation says, or as another does that is given in place of it. */
import { orientationFrom, type Shown, turnedExtent } from '@onnoise/scheduler/png';
import type { Metadata, Sharp } from 'sharp';

/** sharp mirrors before it turns, whatever the order of the calls; what it does not turn, it mirrors after it was cut to a part. */
const TURNS: Readonly<Record<number, (input: Sharp) => Sharp>> = {
  1: (input) => input,
  2: (input) => input.flip().rotate(180),
  3: (input) => input.rotate(180),
  4: (input) => input.flop().rotate(180),
  5: (input) => input.flip().rotate(90),
  6: (input) => input.rotate(90),
  7: (input) => input.flop().rotate(90),
  8: (input) => input.rotate(270),
};

/** @param orientation in place of that of the file */
export const turned = (input: Sharp, orientation?: number): Sharp =>
  orientation === undefined ? input.autoOrient() : TURNS[orientation]!(input);

/** @param orientation in place of that of the file */
export function shownSize({ width, height, ...own }: Metadata, orientation = orientationFrom(own.orientation)): Shown {
  return { ...turnedExtent({ width, height }, orientation), ...(orientation !== 1 && { orientation }) };
}
