/** Checks, before any image is read, from the list of images alone: can a run train on them? */
import { pictureShapeOf, shownOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { DataConditions } from '../data/index.ts';
import type { BesideImages } from '../data/set/beside.ts';
import { splitImages } from '../data/set/split.ts';
import { checkClasses, checkDropout } from '../settings/class-count.ts';
import { checkConditions } from '../settings/conditions.ts';
import { stepsOf } from './horizon.ts';
import type { TrainPlan } from './plan.ts';
import { foreseePromise, promiseOf } from './private.ts';

export interface ImageList {
  /** Includes those that will be skipped. */
  total: number;
  /** Where the list shows them. */
  channels?: number | undefined;
  channelNames?: readonly string[] | undefined;
  classNames?: readonly string[] | undefined;
  conditions?: DataConditions | undefined;
  groups?: readonly number[] | undefined;
  beside?: Pick<BesideImages, 'channels' | 'mask'> | undefined;
}

/** Images to train on, at most. */
export const trainingImages = (plan: Pick<TrainPlan, 'config'>, list: ImageList): number =>
  toTrainOn(plan, list).train.length;

/** What a private run would promise, a sentence each. @throws InputError for a promise that cannot be kept */
export function foreseePrivacy({ config }: Pick<TrainPlan, 'config'>, list: ImageList): string[] {
  const images = toTrainOn({ config }, list);
  return foreseePromise(config, images, stepsOf(config, images.train.length));
}

const toTrainOn = ({ config }: Pick<TrainPlan, 'config'>, { total, groups }: ImageList) => ({
  train: splitImages(total, config.data.validationShare, config.training.seed, groups).train,
  ...(groups && { groups }),
});

/**
 * @param resume whether a run continues, which keeps its classes.
 * @returns notes for the user, one sentence each.
 * @throws InputError for what training would otherwise refuse only after the images were prepared.
 */
export function checkList(plan: Pick<TrainPlan, 'config' | 'model'>, list: ImageList, resume: boolean): string[] {
  const { batch, accumulate } = plan.config.training;
  const images = trainingImages(plan, list);
  if (images < batch * accumulate) {
    const [name, received] = accumulate === 1 ? ['--batch', batch] : ['--batch times --accumulate', batch * accumulate];
    throw new InputError(
      `Cannot start training: ${name} must be at most the number of training images, ${images}, received ${received}.`,
    );
  }
  if (plan.config.training.dpEpsilon !== undefined) promiseOf(plan.config, toTrainOn(plan, list), 0);
  const { channels, channelNames } = list;
  if (channels !== undefined) {
    shownOf('start training', { shape: pictureShapeOf(plan.model), channelNames, show: plan.config.output.show });
  }
  checkDropout(plan.config.training, plan.model, list.classNames);
  checkConditions(plan.model.conditions, list.conditions?.names);
  return checkClasses(plan.model.classCount, list.classNames, resume);
}
