/** A picture of a model on its way into a medical file, and the words in which such a file says that nobody is in it. */

export interface SyntheticPicture {
  /** [height, width, channels] of 8 or 16 bits, 0 is black. */
  data: Uint8Array | Uint16Array;
  width: number;
  height: number;
  channels: 1 | 3;
}

/** Where it comes from. */
export interface SyntheticOrigin {
  /** Of the model, for people. */
  model: string;
  /** SHA-256 of the model. */
  hash: string;
  /** A number, or what else names the noise of the picture, without spaces. */
  seed: string;
}

/** What is known of a picture beside its pixels; nothing is made up. */
export interface PictureFacts {
  /** Millimetres from one pixel to the next, both ways. */
  spacing?: number | undefined;
  /** The measured values that are black and white. */
  levels?: { black: number; white: number; unit?: 'HU' | undefined } | undefined;
  /** As PS3.16 Annex L calls it: `HAND`. */
  bodyPart?: string | undefined;
  /** How slices were cut, where that is not axial. */
  plane?: 'coronal' | 'sagittal' | undefined;
}

/** What every file says of itself. */
export const SYNTHETIC_LABEL = 'Synthetic picture of a generative model, not of a person.';

/** Who writes; by this such files are known again. */
export const WRITER = 'onnoise sample';
