/**
 * An evaluation as `evaluation.json` holds it: the facts that `readEvaluation` of `@onnoise/scheduler` reads, and the
 * details that only the report shows. There are no paths of this machine in it,
 * but that of pictures, as it was given. Absent is what was not measured.
 */
import type { Estimate, EvaluationFacts } from '@onnoise/scheduler/evaluation';
import type { Memorisation } from '../memorisation/types.ts';
import type { FeatureNetworkInfo, ImageSet } from '../sets/types.ts';
import type { ImageNames } from './image-names.ts';

export interface Evaluation extends Omit<EvaluationFacts, 'features' | 'memorisation'> {
  features: FeatureNetworkInfo;
  /** The network that read numbers in the pictures; only for models that are asked for numbers. */
  reader?: { name: string; hash: string } | undefined;
  /** The network that read masks in the pictures; only for models that are told masks or draw them. */
  segmenter?: { name: string; hash: string } | undefined;
  /** One for each class, in order; only with a classifier. */
  classes?: ClassShares[] | undefined;
  /** One for each class of masks, in order; only with a segmenter. */
  masks?: MaskClass[] | undefined;
  /** What a reader of the figures should know of the images, a sentence each. */
  notes?: readonly string[] | undefined;
  memorisation?: Memorisation | undefined;
}

/** How the pictures fall into a class. All are shares, 0 to 1. */
export interface ClassShares {
  name: string;
  /** Of all pictures, those asked for; of a model that is asked for no class, the share of held-out images. */
  asked: number;
  /** Of all pictures, those that the classifier takes for it. */
  seen: number;
  /** Of those asked for, the ones that the classifier takes for it; absent where none was asked for. */
  right?: number | undefined;
  /** The same of held-out images: what can be reached. */
  realRight?: number | undefined;
}

/** How a class of masks comes out. */
export interface MaskClass {
  name: string;
  /** Mean Dice over the images whose mask has the class, 0 to 1; a set without such an image is absent, and all of background. */
  dice?: Partial<Record<'model' | 'real' | 'noise', Estimate>> | undefined;
  /** Mean share of the pixels of a mask, 0 to 1; only of a model that draws masks. */
  area?: Record<'model' | 'real', Estimate> | undefined;
}

/** What the report shows pictures of; all of one shape. */
export interface ReportPictures {
  /** Those that were evaluated, in the order of `Memorisation`. */
  samples: ImageSet;
  /** What each of those is called, where they have names. */
  sampleNames?: ImageNames | undefined;
  /** The channels to show, from 0. Default: `shownChannels`. */
  show?: readonly number[] | undefined;
  /** Held-out images. */
  real: ImageSet;
  /** Where `Memorisation` counts from. */
  training: ImageSet;
  /** What each of those is called. Only the report says it: figures go with the model to wherever that goes. */
  trainingNames: ImageNames;
}
