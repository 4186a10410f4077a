/** The real images of an evaluation. */
import type { Dataset } from '@onnoise/training/data';

/** From the data's number of a class to the model's. */
export type ClassMap = ReadonlyMap<number, number>;

export interface RealImages {
  /** `train` are the images that the model learnt from, `validation` those held out. */
  dataset: Dataset;
  /** Real images that training has not seen: their dataset and their numbers in it. */
  unseen: { dataset: Dataset; numbers: Uint32Array };
  classMap: ClassMap | undefined;
  /** Sentences that the user should read. */
  notes: string[];
  /** Whether training.json names the same bytes; undefined if it names none. */
  same: boolean | undefined;
  close(): void;
}

/** How images are named, and what gives them classes. */
export interface NamedBy {
  option: string;
  csv: string;
}
