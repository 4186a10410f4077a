/** A picture as it is read: what is asked of it, and what is told of it. */
import type { PictureSize } from '@onnoise/scheduler/model';

/** How NIfTI is cut; see nifti/orientation.ts. */
export const AXES = ['axial', 'coronal', 'sagittal'] as const;
export type Axis = (typeof AXES)[number];

/** How pictures of other proportions get those that are wanted; see fit.ts. */
export const FITS = ['crop', 'pad', 'stretch'] as const;
export type Fit = (typeof FITS)[number];

export const BACKGROUNDS = ['black', 'white'] as const;
export type Background = (typeof BACKGROUNDS)[number];

/** Largest side of prepared images, in pixels. */
export const MAX_SIZE = 2048;

/** Bits of a prepared value. */
export const DEPTHS = [8, 16] as const;
export type Depth = (typeof DEPTHS)[number];

/** How images are brought to one size. */
export interface ImageOptions {
  /** In pixels: 64 for squares, 96x64 for width x height. */
  size: PictureSize;
  /**
   * 1 makes gray, 3 makes RGB; without it gray is kept when no image has colour. 2 and 4 to 8 are kept as files have them, those
   * of TIFF and how opaque pixels are; or they are those of the source.
   */
  channels?: number;
  /** Bits of a prepared value; colour of 16 must be asked for by `channels`. Default 8. */
  depth?: Depth | undefined;
  fit: Fit;
  /** Shown behind transparent pixels and in padding. */
  background: Background;
  /** What of DICOM, NIfTI, 16-bit gray and TIFF of measurements is black and white: `dicom` (the default), `auto`, `40,400`; see window.ts. */
  window?: string | undefined;
  /** Frames, slices or pages to take: `first`, `middle`, `all`, `7`, `10-20`. Default the first, of NIfTI the middle one. */
  frames?: string | undefined;
  /** How NIfTI is cut. Default `axial`. */
  axis?: Axis | undefined;
  /** An EXIF orientation in place of that of picture files. */
  orientation?: number | undefined;
}

/** Measured values. */
export interface Levels {
  black: number;
  white: number;
  /** Hounsfield units; absent where nothing says what the values are. */
  unit?: 'HU' | undefined;
}

/** What a picture was before it was brought to size. */
export interface Origin {
  /** In pixels. */
  width: number;
  height: number;
  /** The EXIF orientation by which it was turned, where that changed something. */
  orientation?: number | undefined;
  /** Of the volume that it is a slice of. */
  slices?: number;
  /** Width of a pixel over its height. Default: 1. */
  aspect?: number;
  place?: Place | undefined;
}

/** Where a picture lies in space, as its file says. */
export interface Place {
  /** Centres of the outermost pixels, top left, top right and bottom left: millimetres to the right, forwards and up. */
  corners: readonly (readonly number[])[];
  /** The space in which these count. Absent where the file does not name one: then they may count in any. */
  space?: string | undefined;
  /** Millimetres from this slice to the next, where the file says so. */
  thickness?: number | undefined;
}

/** A decoded picture. */
export interface Picture {
  /** [height, width, 1 or 3] uint8; [height, width] uint16 of what is deeper, where 16 bits are asked for; [channels, height, width] of
   * more or two channels. */
  pixels: Uint8Array | Uint16Array;
  /** What it was in its file, where it is one. */
  origin?: Origin;
  /** Of channels that are colours and how opaque these are: whether the file says that, or all of it counts as opaque. */
  alpha?: 'kept' | 'opaque';
  /** Whether it had colour that a channel of its own leaves out. */
  grayed?: boolean;
  /** What a file of 16 bits per channel holds, where no window was laid on it. */
  deep?: 'gray' | 'colour' | false;
  /** Of a `deep` one that is almost black: the greatest value of its file. */
  dark?: number;
  /** The measured values that are black and white in it, where it knows them. */
  levels?: Levels | undefined;
  /** Millimetres from one of its pixels to the next, both ways, where the file says so. */
  spacing?: number | undefined;
  /** Whether the file holds Hounsfield units. */
  hounsfield?: boolean | undefined;
  /** Whether its greatest values are black. */
  inverted?: boolean;
  /** Whether a window was laid on it, that of the file or a chosen one. */
  windowed?: boolean;
  /** Whether its pixels are measurements, of which the least became black and the greatest white; see measured.ts. */
  measured?: boolean;
  /** Whether some of those are no finite numbers. */
  infinite?: boolean;
  /** Whether its ink colours became RGB without a profile that says how. */
  inks?: boolean;
  /** Whether the file gives a size of its pixels that cannot be used, so that they count as squares. */
  squared?: boolean;
  /** Whether some of it was transparent, so that the background shows. */
  transparent?: boolean;
  /** Whether the file holds further frames, slices or pages, and none was asked for. */
  several?: boolean;
  /** Whether the file says that text is burnt into its pixels. */
  burnedIn?: boolean;
  /** Whether the file says that it is a synthetic phantom: PNG by phantom/label.ts, DICOM by elements of its own. */
  phantom?: boolean;
  /** What it has in common with others that are held out with it, from the widest to the narrowest; see groups.ts. */
  groups?: readonly string[];
}

/** Why one picture of a file cannot be used. */
export interface Unusable {
  reason: string;
}
