/**
 * What the pixels of a label map may be. Bones have labels by their row, not by their finger: these are the rows that a
 * radiologist reads a hand by, a short list to paint with, and what is left of a hand at 64 pixels, where metacarpals touch and
 * growth plates are half a pixel wide. Single bones of a row are the separate areas of its label, in larger pictures at least.
 *
 * An epiphysis has the label of its bone, and an open growth plate is soft tissue, as it looks. The sesamoid bone counts as
 * metacarpal: it lies over the head of the thumb's, and is about a pixel wide at 64.
 */

export interface Label {
  name: string;
  /** Red, green and blue, 0 to 255. From Okabe and Ito's palette, which the colour-blind can tell apart. */
  colour: readonly [red: number, green: number, blue: number];
  /** Long bones that have it, without the number of their finger. */
  family?: string;
}

/** By number. Where labels overlap, the higher number counts. */
export const LABELS: readonly Label[] = [
  { name: 'background', colour: [0, 0, 0] },
  { name: 'soft tissue', colour: [92, 84, 80] },
  { name: 'radius', colour: [0, 114, 178], family: 'radius' },
  { name: 'ulna', colour: [86, 180, 233], family: 'ulna' },
  { name: 'carpals', colour: [0, 158, 115] },
  { name: 'metacarpals', colour: [240, 228, 66], family: 'metacarpal' },
  { name: 'proximal phalanges', colour: [230, 159, 0], family: 'proximal' },
  { name: 'middle phalanges', colour: [213, 94, 0], family: 'middle' },
  { name: 'distal phalanges', colour: [204, 121, 167], family: 'distal' },
];

const numberOf = (name: string) => LABELS.findIndex((label) => label.name === name);

export const SOFT_TISSUE = numberOf('soft tissue');
export const CARPAL_BONES = numberOf('carpals');
export const SESAMOID = numberOf('metacarpals');

/** @param bone a long bone of skeleton.ts: `radius`, `metacarpal3` */
export const labelOf = (bone: string): number => LABELS.findIndex(({ family }) => family === bone.replace(/\d$/, ''));
