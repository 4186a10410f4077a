/** What an evaluation is told, and how it tells of itself. */

import type { ReportProgress } from '@onnoise/base/terminal';
import type { DeviceChoice, ModelFolder } from '@onnoise/runtime-node';
import type { Dataset, PrepareOptions } from '@onnoise/training/data';
import type { TrainedOn } from '@onnoise/training/folder';
import type { FeatureRange } from './features/index.ts';
import type { SamplingSettings } from './sample.ts';

export interface EvaluationJob {
  model: ModelFolder;
  /** What training.json says of its images. */
  trainedOn?: TrainedOn | undefined;
  /** The images that the model was trained on. */
  data: PrepareOptions;
  /** Images that it has never seen. Default: those that `data` holds out. */
  test?: PrepareOptions | undefined;
  /** Whether images are to be turned gray or coloured as the model's pictures are. Default: false, they must be so. */
  forced?: boolean | undefined;
  /** Pictures, and images in each anchor. Default: 1,000, or as many as there are real images to compare with. */
  count?: number | undefined;
  /** Of the first picture, and of all that is drawn. */
  seed: number;
  settings: SamplingSettings;
  /** Other settings to measure with, too. */
  sweep?: readonly SamplingSettings[] | undefined;
  device: DeviceChoice;
  /** Pictures per network call. */
  batch?: number | undefined;
  /** An ONNX file, instead of a feature network that is trained here. */
  featureModel?: string | undefined;
  /** What black and white are in its input. */
  featureRange?: FeatureRange | undefined;
}

export interface EvaluationHooks {
  /** Runs one stage of the work, whose progress is counted in `unit`. */
  stage: <T>(label: string, unit: string, work: (report: ReportProgress) => Promise<T>) => Promise<T>;
  /** `prepareDataset`, with whatever progress the caller shows. */
  prepare: (options: PrepareOptions) => Promise<Dataset>;
  /** Gets a sentence that the user should read. */
  onNote: (sentence: string) => void;
  signal?: AbortSignal | undefined;
}
