/** Types of a prepared dataset and of its sources. Pixels are uint8; images of a set share one shape. */

import type { Skipped } from '@onnoise/base/folders';
import type { Background, ImageOptions, Levels, Picture, Unusable } from '@onnoise/base/pictures';
import type { ImageShape } from '@onnoise/scheduler/model';
import type { BesideImages, MaskRole } from './beside.ts';
import type { ChannelPatterns } from './channel-patterns.ts';
import type { Layout } from './layouts.ts';

/** Numbers that belong to each image, such as an age. */
export interface DataConditions {
  /** Of [a-z0-9_], one for each column. */
  names: readonly string[];
  /** [count, K] */
  values: Float64Array;
}

/** A name for each value of the classes, as `{ False: 'female' }`; values that are left out keep theirs. */
export type LabelNames = Readonly<Record<string, string>>;

/** A set of images ready for training: prepared once, held in memory or read by position from the cache. */
export interface Dataset {
  /** `digits`, or the name of the folder or file that it was made from. */
  name: string;
  /**
   * SHA-256 (hex) of the prepared pixels, their shape, labels with their values, and conditions; where the images came from
   * and `labelNames` play no part.
   */
  hash: string;
  /** Number of images, training and validation together. */
  count: number;
  channels: number;
  /** One per channel, where they have names. */
  channelNames?: readonly string[];
  /** Bits that are kept of a value; absent for 8. */
  depth?: 16;
  height: number;
  width: number;
  /** [count], each an index into `classNames`. */
  labels?: Int32Array;
  /**
   * Names of the classes in the order of their numbers, as the data has them or as `labelNames` renames them: they may
   * hold blanks and commas.
   */
  classNames?: string[];
  /** What each image was measured at, if columns were named. */
  conditions?: DataConditions;
  /** A mask or picture of each image, if some were named. */
  beside?: BesideImages;
  /** The measured values that are black and white in all images, where they share them. */
  levels?: Levels;
  /** Millimetres from one pixel to the next, both ways, where the files of all images say the same. */
  pixelSpacing?: number;
  /** How many images come from files that say that they are synthetic phantoms; absent where none does. */
  phantoms?: number;
  /** Where the labels come from, in words: `the column "male" of train.csv`. */
  labelSource?: string;
  /** [count], equal for images of one patient, study or file, which are held out together; absent where each is for itself. */
  groups?: readonly number[];
  /** Image numbers to train on, ascending. */
  train: Uint32Array;
  /** Image numbers held out, ascending. Never in `train`. */
  validation: Uint32Array;
  skipped: Skipped[];
  /** Notes for the user that are not errors, one sentence each. */
  notes: string[];
  /** Whether an earlier run had prepared these images already. */
  cached: boolean;
  /** The cache folder that holds it. */
  folder: string;
  /** Copies the images with these numbers into `out`, one after the other: [n, C, H, W] uint8, rounded from 16 bits. */
  read(indices: ArrayLike<number>, out: Uint8Array): Promise<void> | void;
  /** The same as uint16, from 0 to 65535; absent for 8 bits. */
  readDeep?(indices: ArrayLike<number>, out: Uint16Array): Promise<void> | void;
  /** What a network learns in place of the pixels; absent where it learns these. */
  latents?: Latents;
  /** Frees the open file of a set that is not held in memory. */
  close(): void;
}

/** Latents of all images, by an autoencoder. */
export interface Latents {
  /** [Z, h, w] of an image's. */
  shape: ImageShape;
  /** Pixels across and down that became one place. */
  stride: number;
  /** Those of the images with these numbers, [n, Z, h, w]: their means, or drawn from their distributions. */
  read(numbers: ArrayLike<number>, draw?: LatentDraw): Promise<Float32Array>;
}

/** What decides the noise of latents: a seed, and how many images a run has drawn before. */
export interface LatentDraw {
  seed: number;
  place: number;
}

export interface PrepareOptions extends Omit<ImageOptions, 'background' | 'channels' | 'orientation'> {
  /** `digits`, a folder of images or of nnU-Net, a DICOMDIR, an .npy or .npz, or IDX files. */
  data: string;
  /** How many, see `ImageOptions`; or which files of a folder are the channels of its images. */
  channels?: number | ChannelPatterns;
  /** Axes of an array: `nhw`, `nhwc` or `nchw`. Default: by its shape. */
  layout?: Layout | undefined;
  /** A CSV whose `id` column names the images of the folder. */
  csv?: string | undefined;
  /** The CSV column that holds the class. */
  labelColumn?: string | undefined;
  /** What to call the classes. */
  labelNames?: LabelNames | undefined;
  /** Where those come from, for sentences: `the model's training.json`. Default: the user gave them. */
  labelNamesFrom?: string | undefined;
  /** The CSV column whose equal values are held out together. */
  groupColumn?: string | undefined;
  /** CSV columns that hold numbers to condition on, separated by commas. */
  conditionColumns?: string | undefined;
  /** A folder of label maps, one for each image under its name, a pattern of those beside the images, or the CSV column that names them. */
  masks?: string | undefined;
  /** Names of the masks' values from 0 on, separated by commas. Default: as the folder says, or the values. */
  maskClasses?: string | undefined;
  /** Part of a run's settings; it changes no pixel. */
  maskRole?: MaskRole | undefined;
  /** A folder of pictures, one for each image under its name. Not with `masks`. */
  conditionImages?: string | undefined;
  /** Share of the images held out, 0 (none) up to but not including 1. */
  validationShare: number;
  /** Seed of the split. */
  seed: number;
  /** Whether a skipped image is an error. */
  strict: boolean;
  /** Folder of the prepared caches, one sub-folder each. */
  cacheDir: string;
  /** Default `black`. */
  background?: Background;
  /** Sets of up to this many bytes are held in memory; larger ones are read by position. Default 256 MiB. */
  memoryLimit?: number;
}

/** How far the preparation is: `done` of `total` images, of which `skipped` were left out. */
export interface PrepareProgress {
  done: number;
  total: number;
  skipped: number;
}

/** One image of a source, in the source's order; or the reason why it is left out. */
export type Frame =
  | (Picture & {
      /** What lies beside it: labels [H, W], or levels [H, W, 1 or 3]. */
      beside?: BesidePicture;
      /** Its number in the source: several pictures may come from one. Absent where each picture is a file. */
      source?: number;
      label?: number;
      /** [K] */
      conditions?: readonly number[];
    })
  | Skipped;

export interface BesidePicture {
  pixels: Uint8Array | Uint16Array;
  /** Whether a mask of another size was resized onto its image. */
  resized?: boolean;
  /** Of a picture: see `Picture`. */
  origin?: Picture['origin'];
}

/** Masks or pictures, one for each image of a store. */
export interface Beside {
  kind: 'mask' | 'picture';
  /** Part of the cache key: changes whenever they may have changed. */
  identity: string;
  /** Whether a file of the folder of the images is one of them, and no image. Absent where none are there. */
  isAmongImages?(path: string): boolean;
  /** Of a mask's values, as far as they have some. */
  names?: ReadonlyMap<number, string>;
  /**
   * Joins them with the images at these paths, and says which stand alone.
   * @param firstFile see `Store`
   * @throws InputError where nothing fits
   */
  match(
    paths: readonly string[],
    firstFile?: (key: string) => string,
  ): Promise<{ images: readonly string[]; others: readonly string[] }>;
  /** Those of an image's file, whose pictures are decoded: as many, and in the same order. */
  of(path: string, pictures: readonly (Picture | Unusable)[]): Promise<(BesidePicture | Unusable)[]>;
  /** Notes for the user on what was read so far, one sentence each. */
  notes(): string[];
}

/** Where images come from. Opening one is fast; `frames` does the work. */
export interface Source {
  name: string;
  /** Part of the cache key: changes whenever the images or labels may have changed. */
  identity: string;
  /** Number of frames, skipped ones included. */
  total: number;
  /** Channels of its pictures, where these are neither gray nor RGB. */
  channels?: number | undefined;
  /** Whether its files may have others, which `channels` then keeps. */
  anyChannels?: boolean;
  /** See `Dataset.channelNames`. */
  channelNames?: readonly string[];
  /** The values of the data, without `labelNames`. */
  classNames?: string[];
  /** Those of all listed images, if columns were named. */
  conditions?: DataConditions;
  /** See `Dataset.labelSource`. */
  labelSource?: string;
  /** See `PrepareOptions`. */
  groupColumn?: string;
  /** [total], if a column was named: equal numbers are held out together, as far as each file is one image. */
  groups?: number[] | undefined;
  /** What lies beside each picture. */
  beside?: Beside;
  /** Notes for the user that need no decoded picture. */
  notes: string[];
  frames(options: ImageOptions): AsyncIterable<Frame>;
}
