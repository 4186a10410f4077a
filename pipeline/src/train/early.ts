/** What is known of images by their list alone, before any is read: whether a run can be trained on them. */
import { InputError } from '@onnoise/scheduler';
import { splitImages } from '../data/split.ts';
import { checkClasses } from './labels.ts';
import type { TrainPlan } from './plan.ts';

export interface ImageList {
  /** Those that will be skipped are among them. */
  total: number;
  classNames?: readonly string[] | undefined;
}

/** Images to train on, at most. */
export function trainingImages({ config }: Pick<TrainPlan, 'config'>, { total }: ImageList): number {
  return splitImages(total, config.data.validationShare, config.training.seed).train.length;
}

/**
 * @param resume whether a run goes on, which keeps its classes.
 * @returns what is worth telling, one sentence each.
 * @throws InputError for what training would refuse after the images were prepared.
 */
export function checkList(plan: Pick<TrainPlan, 'config' | 'model'>, list: ImageList, resume: boolean): string[] {
  const { batch } = plan.config.training;
  const images = trainingImages(plan, list);
  if (images < batch) {
    throw new InputError(
      `Cannot start training: --batch must be at most the number of training images, ${images}, received ${batch}.`,
    );
  }
  return checkClasses(plan.model.classCount, list.classNames, resume);
}
