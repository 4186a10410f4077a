/**
 * Where the pictures of an evaluation come from: a model that draws them (`from-model.ts`), or files that any tool wrote
 * (`from-files.ts`). All that an evaluation must know of the one or the other is here.
 */

import type { EvaluationFacts } from '@onnoise/scheduler/evaluation';
import type { ConditioningFacts, ImageShape } from '@onnoise/scheduler/model';
import type { Dataset } from '@onnoise/training/data';
import type { BesideFacts } from './beside.ts';
import type { ImageNames } from './report/image-names.ts';
import type { Run } from './sampling/run.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import type { ClassMap, RealImages } from './sets/real-images.ts';

/** What its pictures are, and what belongs to each. */
export interface SourceFacts extends ConditioningFacts, BesideFacts {
  /** Of a picture, without the planes of masks. */
  shape: ImageShape;
}

export interface PictureSource {
  /** As in `Cannot <action>: ...`. */
  action: string;
  /** What sentences call its pictures: `the model's pictures`. */
  called: string;
  facts: SourceFacts;
  /** Of the images that it was made from, where that is written down. */
  dataHash?: string | undefined;
  /** How many pictures there are; undefined where any number can be had. */
  available?: number | undefined;
  /** Channels to show, from 0. Default: `shownChannels`. */
  show?: readonly number[] | undefined;
  /** Who made the pictures, for the report. */
  origin: Pick<EvaluationFacts, 'model' | 'pictures'>;
  /** What the pictures are called; undefined where their numbers are their names. */
  names?: ImageNames | undefined;
  /**
   * Whether images fit it.
   * @param same whether they are those that it was made from
   * @returns undefined where pictures are asked for no class
   * @throws InputError where they do not
   */
  agree(dataset: Dataset, same: boolean): ClassMap | undefined;
  /** What is not known of the real images: images that the pictures may be made from, and which were held out. */
  notesOn(real: RealImages): SourceNotes;
  /**
   * Chooses what is asked for, or which pictures are taken: before long work.
   * @throws InputError where that cannot be had
   * @returns what makes or reads the pictures
   */
  choose(real: RealImages, wanted: { count: number; seed: number }): Promise<(hooks: EvaluationHooks) => Promise<Run>>;
  /** Removes what it wrote for the time of the work. */
  close(): Promise<void>;
}

interface SourceNotes {
  /** Why copies of other images may be among the pictures: then none found does not mean that there are none. */
  unknown: string[];
  /** Why the real images may not be as new to the maker of the pictures as they should be. */
  split: string[];
}
