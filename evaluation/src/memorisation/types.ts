/**
 * What is said of a model that may repeat its training images. All of it is plain data, for JSON.
 *
 * A picture's score is its distance to the nearest training image divided by the mean distance to the next few, as in
 * Carlini et al., Extracting training data from diffusion models, 2023: a copy lies near 0, a new picture near 1.
 */
import type { Verdict } from '@onnoise/scheduler/evaluation';
import type { PartName } from '../parts/index.ts';

/**
 * Where distances are measured: between pixels after small shifts, between the features of a network, between a picture and crops of
 * images, or between a half of a picture and that half of images.
 */
export type Space = 'pixels' | 'features' | 'crops' | 'halves';

/** Whether a model repeats its training images, and how well that could be seen. */
export interface Memorisation {
  verdict: Verdict;
  /** Why, in one or two sentences. */
  reason: string;
  /**
   * Chance that pictures which owe nothing to single training images are as suspicious as these, 0 to 1: the least of the
   * p-values of `tests`, times their number.
   */
  pValue: number;
  /** `copies found` means that `pValue` is below this: the share of innocent models that are accused. */
  errorRate: number;
  /** Number of images of each kind that were compared. */
  counts: { samples: number; training: number; heldOut: number };
  /** Images that are in the data more than once, byte for byte. */
  duplicates: {
    /** Held-out images that are training images too: real images do that, so that a model may do it as often. */
    heldOut: number;
    /** Held-out images that repeat an earlier one of them: they do not say how real images differ. */
    repeated: number;
    /** Training images that repeat an earlier one: a model learns those best. */
    training: number;
  };
  /** Held-out images that are needed to see copies of one picture in twenty; only where the verdict is `cannot tell`. */
  heldOutNeeded?: number | undefined;
  /** What is taken for the same picture. */
  search: {
    /** Most pixels that a copy may be moved along an axis. */
    shift: number;
    /** In how many orientations: the eight of a square, or the four of another rectangle; each inverted, too. */
    orientations: number;
    /** Training images that a picture is compared with: the nearest, and those whose mean distance makes its score. */
    neighbours: number;
    /** Side of the squares of pixels that were averaged before, to compare large images; 1 for up to 64 pixels a side. */
    reduced: number;
  };
  /** How well copies of parts would have been seen; absent where parts were not compared. */
  parts?: PartSensitivity[] | undefined;
  /** One for each space. */
  tests: CopyTest[];
  /** Pictures below the threshold of a space, the closest first. Some may be there by chance: see `expected`. */
  flagged: Pair[];
  /** The pictures closest to a training image for their surroundings, closest first, flagged or not. */
  closest: Pair[];
  /** How many copies would have been seen, from none upwards. */
  sensitivity: SensitivityRow[];
}

/** The scores of the pictures against those of held-out images, in one space. */
export interface CopyTest {
  space: Space;
  /** Scores below it are flagged: the lowest score of a held-out image that is no duplicate. */
  threshold: number;
  /** Share of new real images that would be flagged, 0 to 1, and where it lies in 95 of 100 cases. */
  falseAlarmRate: { value: number; interval: readonly [low: number, high: number] };
  /** Number of pictures flagged. */
  flagged: number;
  /** Number of real images that would be flagged among as many. */
  expected: number;
  /** Chance that so many of real images are flagged, the uncertainty of the threshold included (beta-binomial). */
  countPValue: number;
  /**
   * Chance that the lowest score of as many real images is as low as that of the pictures, by the power law that the
   * tail of held-out scores follows. Absent where too few are held out to know the tail.
   */
  closestPValue?: number | undefined;
  /** Of the pictures' distances to their nearest training image, against those of held-out images. */
  distances: Compared;
  /** Of the scores. */
  scores: Compared;
}

/** Numbers of the pictures, and the same of held-out images. */
export interface Compared {
  samples: Summary;
  heldOut: Summary;
  /** Ends of the bars of both histograms, ascending: one more than there are bars. */
  edges: number[];
  /**
   * Chance that a picture has a lower number than a held-out image, 0 to 1; 0.5 is alike. Below 0.5 the pictures are
   * further from the training images, above it nearer, as those of a model are that copies (Meehan et al., A
   * non-parametric test to detect data-copying, 2020).
   */
  lower: number;
  /** The same as Mann and Whitney's z: above 3 or below -3 is no accident. Positive is nearer, other than in Meehan's paper. */
  z: number;
}

export interface Summary {
  least: number;
  /** 5th, 50th and 95th of a hundred. */
  quantiles: readonly [low: number, median: number, high: number];
  /** Number in each bar of the histogram. */
  bars: number[];
}

/** A picture and the training image that it is closest to. */
export interface Pair {
  space: Space;
  /** Number of the picture, from 0. */
  sample: number;
  /** Number of the training image among the training images, from 0. */
  training: number;
  /** That of the second nearest. */
  second: number;
  /**
   * In pixels: root mean square difference after both are brought to mean 0 and deviation 1, from 0 (the same, or the
   * negative, up to brightness and contrast) to 1.41 (unrelated). In features: Euclidean.
   */
  distance: number;
  secondDistance: number;
  /** First to second distance, 0 to 1. */
  ratio: number;
  /** First distance to the mean of the next ones, 0 to 1. */
  score: number;
  /** Whether the training image must be mirrored to lie on the picture; only in pixels, as what follows. */
  mirrored?: boolean | undefined;
  /** How far it must then be turned clockwise, in degrees. */
  turned?: 0 | 90 | 180 | 270 | undefined;
  /** How far it must then be moved, right and down, in pixels. */
  shift?: readonly [right: number, down: number] | undefined;
  /** Whether it must be made negative. */
  inverted?: boolean | undefined;
  /** Which part of the training image the picture shows, in pixels of it; only in crops and halves. A half lies where it lay, a crop is enlarged. */
  part?: { name: PartName; left: number; top: number; width: number; height: number } | undefined;
  flagged: boolean;
}

/** What happens if some of the pictures are training images, changed a little, and the rest are real. */
export interface SensitivityRow {
  /** Number of copies among as many pictures as were judged. */
  copies: number;
  /** Share of trials in which the verdict is `copies found`, 0 to 1. With 0 copies: the share of false accusations. */
  found: number;
}

/** The same for copies of one kind of part. */
export interface PartSensitivity {
  part: 'crop' | 'half';
  /** Of a crop: its side as a share of the image's. */
  side?: number | undefined;
  /** Share of the planted ones that lie below the threshold of crops or of halves, 0 to 1. */
  seen: number;
  sensitivity: SensitivityRow[];
}
