/** What to sample, and how many pictures at a time. */
import type { compileSampler, SchedulerConfig } from '@onnoise/scheduler';
import {
  type ConditioningFacts,
  completeRequest as completePictures,
  type ImageShape,
  type PictureOptions,
  type PictureRequest,
  usualBatch,
} from '@onnoise/scheduler/model';
import { checkInteger } from '@onnoise/scheduler/rules';

export interface SampleOptions extends PictureOptions {
  /**
   * Images per network call, which takes each twice where it is guided. Default: 64 at 28 pixels, fewer for larger
   * images. The pictures do not depend on it.
   */
  batch?: number | undefined;
}

export interface SampleRequest extends PictureRequest {
  batch: number;
}

/** What a request needs to know of a model. */
export interface SampledModel extends ConditioningFacts {
  scheduler: SchedulerConfig;
  shape: ImageShape;
}

const LARGEST_BATCH = 1024;

/** Images per network call, by default those of `usualBatch`. @throws InputError for a number that is not 1 to 1024. */
export const batchOf = (shape: ImageShape, batch: number = usualBatch(shape)): number =>
  checkInteger('sample images', 'batch', batch, 1, LARGEST_BATCH);

/**
 * @param compile default: `compileSampler`
 * @throws InputError for an option that breaks `SampleOptions` or does not fit this model.
 */
export function completeRequest(
  model: SampledModel,
  options: SampleOptions,
  compile?: typeof compileSampler,
): SampleRequest {
  const request = completePictures(model, options, undefined, compile);
  return { ...request, batch: batchOf(model.shape, options.batch) };
}
