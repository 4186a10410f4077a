/** What an evaluation is told. */

import type { PrepareOptions } from '@onnoise/training/data';
import type { FeatureRange } from './features/index.ts';
import type { PictureSource } from './source.ts';

export interface EvaluationJob {
  source: PictureSource;
  /** The images that the pictures' maker learnt from. */
  data: PrepareOptions;
  /** Images that it has never seen. Default: those that `data` holds out. */
  test?: PrepareOptions | undefined;
  /** Whether images are to be turned gray or coloured as the pictures are. Default: false, they must be so. */
  forced?: boolean | undefined;
  /** Pictures, and images in each anchor. Default: 1,000, or as many as there are real images to compare with. */
  count?: number | undefined;
  /** Of the first picture, and of all that is drawn. */
  seed: number;
  /** An ONNX file, instead of a feature network that is trained here. */
  featureModel?: string | undefined;
  /** What black and white are in its input. */
  featureRange?: FeatureRange | undefined;
}
