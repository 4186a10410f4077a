/** Label maps: for each image, a picture whose values are numbers of what is where, 0 the background. */

import type { Skipped } from '@onnoise/base/folders';
import type { ImageOptions, Unusable } from '@onnoise/base/pictures';
import type { CompanionOptions } from './companions.ts';

/** The label map of one picture. */
export interface LabelPicture {
  /** [height, width] of the wanted size, values as the file has them; 0 where the picture is padded. */
  labels: Uint16Array;
  /** Whether the file has another size than its image, and was resized onto it by nearest neighbour. */
  resized: boolean;
}

/** What decides which label maps are read, and their size: the same as for the images. */
export type LabelOptions = Pick<ImageOptions, 'size' | 'fit' | 'frames' | 'axis'>;

/** Which file of a folder is an image's label map, where names alone do not say. */
export interface ChosenMaps {
  /** Holds all of them. */
  folder: string;
  /** Where one says which files they are. */
  pattern?: string;
  /** Whether a file is one, by its path below the folder, with forward slashes. */
  has(path: string): boolean;
  /** Of images by their paths, those that have one among `maps`, which are not DICOM SEG: these name their images. */
  of(imagePaths: readonly string[], maps: readonly string[], options: CompanionOptions): Map<string, string>;
}

/** The label maps below a folder. */
export interface LabelMaps {
  /** Of the folder. */
  name: string;
  /** Part of the cache key: changes when a file may have changed, or `labels.json`. */
  identity: string;
  /** How many files there are. */
  total: number;
  /**
   * What the numbers are called: by `labels.json` in the folder, else by the segments of DICOM SEG files. Empty where neither says; a
   * number that is not in it has no name.
   */
  names: ReadonlyMap<number, string>;
  /** Files that cannot be listed or read at all. */
  skipped: readonly Skipped[];
  /**
   * Joins images and label maps before any picture is decoded. Only what it was told lets `of` leave out the folders that
   * all images share, and know which names are those of other images.
   * @param imagePaths all of the data, below its folder, with forward slashes; keys where images are several files each
   * @param firstFile the first file of such a key, whose size and place are those of its image
   * @throws InputError where two files fit one image, one fits two, or none fits any
   */
  match(imagePaths: readonly string[], firstFile?: (key: string) => string): Promise<Unmatched>;
  /**
   * The label maps of an image file: as many and in the same order as its pictures are decoded. Where one reason holds for
   * the whole file, it is repeated for each picture, as far as these can be counted.
   * @param imagePath below the folder of the data, with forward slashes
   * @throws InputError where two files fit the image, or a package is missing
   */
  of(imagePath: string): Promise<(LabelPicture | Unusable)[]>;
  /** Files that no call of `of` has asked for; ascending. */
  unused(): string[];
  /** Notes for the user on what was read so far, one sentence each. */
  notes(): string[];
}

/** Paths that stand alone, each list ascending. */
export interface Unmatched {
  /** Images without a label map. */
  images: string[];
  /** Label maps without an image. */
  masks: string[];
}
