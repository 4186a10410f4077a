/** What a measurement of utility is told, what it trains, and what it comes to. */
import type { Estimate } from '@onnoise/scheduler/evaluation';
import type { PictureSize } from '@onnoise/scheduler/model';
import type { ImageSet } from '../sets/types.ts';

export const UTILITY_VERSION = 1;

/** What a network learns from: some real images, all synthetic ones, or both. */
export type Arm = 'real' | 'synthetic' | 'both';

/** Images that are named beside `--data`. */
export interface NamedSet {
  data: string;
  csv?: string | undefined;
}

export interface UtilityImages {
  /** Settings of `UTILITY_FIELDS` that were given, `source` among them. */
  typed: Readonly<Record<string, unknown>>;
  /** Default: the images that `typed` holds out. */
  test?: NamedSet | undefined;
  synthetic: NamedSet;
}

/** The real images that no network learns from. */
export interface TestSet {
  images: ImageSet;
  /** Equal for images that belong together, such as those of a patient. [count] */
  groups: readonly number[];
  /** What each counts in the score, above 0, in sum 1: as much for each class. [count] */
  weights: Float64Array;
}

/** A network that is to be trained. */
export interface RunPlan {
  arm: Arm;
  /** Real images that it learns from; null for synthetic ones alone, which are always all. */
  count: number | null;
  seed: number;
}

/** One that was trained and tested. */
export interface Run extends RunPlan {
  score: number;
  /** Of each test image: 1 where its class was told right and else 0. */
  values: number[];
}

/** The settings that runs must share to be compared. */
export interface RunSettings {
  /** Measurements of earlier versions may have others, which are not gone on with. */
  task: 'classify';
  /** Of each run. */
  steps: number;
  /** Synthetic images among those of `both`, above 0 and below 1. */
  share: number;
  /** SHA-256 of what is learnt from and tested on. */
  data: string;
  test: string;
  synthetic: string;
  /** Changes whenever the same images would train another network. */
  recipe: number;
}

export type UtilityVerdict = 'helps' | 'hurts' | 'cannot tell';

/** A mean over seeds with its 95 % interval, and what it is the mean of. */
export interface ArmFigures extends Estimate {
  /** One for each seed that is done, in their order. */
  scores: number[];
}

/** With synthetic images less without, at one number of real images. */
export interface Gain {
  /** Real images. */
  count: number;
  real: ArmFigures;
  both: ArmFigures;
  /** Both less real, of the same seeds: its interval is over seeds. */
  difference: Estimate;
  /** The same mean, with the interval that other test images would have; absent with too few. */
  acrossImages: [low: number, high: number] | null;
  verdict: UtilityVerdict;
  reason: string;
}

export const MEASURE = { id: 'balanced_accuracy', name: 'balanced accuracy', better: 'higher' } as const;

/** What utility.json holds. */
export interface Utility {
  version: typeof UTILITY_VERSION;
  date: string;
  onnoise: string;
  task: 'classify';
  measure: typeof MEASURE;
  data: {
    name: string;
    hash: string;
    /** Real images that runs choose from, and those that all are tested on. */
    pool: number;
    test: number;
    /** Patients, studies or files among the test images. */
    testGroups: number;
    /** Where test images are a set of their own. */
    testName?: string;
    classNames: readonly string[];
  };
  synthetic: {
    name: string;
    hash: string;
    count: number;
    /** Pictures with the very pixels of real images that runs choose from. */
    copies: number;
  };
  settings: {
    counts: readonly number[];
    seeds: number;
    steps: number;
    batch: number;
    share: number;
    size: PictureSize;
  };
  runs: { done: number; planned: number };
  /** Trained on synthetic images alone; null before the first such run is done. */
  syntheticAlone: ArmFigures | null;
  gains: Gain[];
  limits: string[];
  notes: string[];
}
