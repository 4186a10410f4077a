/** What a file of measures gives to the list in `measures.ts`. Some measures share their work, so a family has several. */
import type { Estimate, Features, ImageSet, Measure } from '../sets/types.ts';
import type { Groups } from './intervals.ts';

/** A set of images, and what the feature network sees in them, in the same order. */
export interface Candidate {
  images: ImageSet;
  features: Features;
}

/** What is said of a measure. */
export interface MeasureAbout extends Pick<Measure, 'id' | 'name' | 'better'> {
  /** Its name where the features are those of Inception, for which the papers made the name. */
  inceptionName?: string;
  /** How it is computed, in a sentence or two: units, range and source. */
  how: string;
  /** What its interval is, in a sentence. */
  interval: string;
}

/** What all candidates are measured against. */
interface Context {
  /** The training images. */
  reference: Candidate;
  seed: number;
  /** Groups of a candidate's rows, for its intervals; all candidates have the same number of rows. */
  groups: Groups;
  /** Lets other work go on, and ends where the caller has given up: to be called in long loops. */
  letOthersRun(): Promise<void>;
}

/** Measures a candidate: an estimate for each measure of the family. */
type Gauge = (candidate: Candidate) => Promise<Estimate[]>;

export interface Family {
  measures: readonly MeasureAbout[];
  /** Measured only where all candidates and the training images have what it needs. */
  applies(candidates: readonly Candidate[], reference: Candidate): boolean;
  /** The work that all candidates share. */
  prepare(context: Context): Promise<Gauge>;
}
