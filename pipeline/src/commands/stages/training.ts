/** Shared by `pipeline train` and `npm start`: words and options for a run's settings and numbers. */

import { formatBytes, formatNumber } from '@onnoise/base/text';
import { countParameters } from '@onnoise/training/model';
import type { PlanDraft, TrainPlan } from '@onnoise/training/plan';
import type { StepMetrics } from '@onnoise/training/saved';
import { type TrainConfig, tellClasses } from '@onnoise/training/settings';

export { imagesOf, prepareOptions } from '@onnoise/training/plan';

/** The numbers of a step beside its progress bar. */
export function describeStep({ loss, imagesPerSecond, memory, epsilon }: StepMetrics): string {
  const spent = epsilon === undefined ? '' : `  epsilon ${epsilon.toPrecision(3)}`;
  return `loss ${loss.toPrecision(3)}${spent}  ${formatNumber(imagesPerSecond)} images/s  ${formatBytes(memory * 2 ** 20)}`;
}

/** The network of a plan in a line. */
export function describeModel({ model, config }: TrainPlan): string {
  const { classCount, conditions, nullCondition } = model;
  const all = [
    ...(classCount === null ? [] : [`${classCount} classes`]),
    ...conditions.map(({ name, min, max }) => `${name} from ${min} to ${max}`),
  ];
  const orNone = nullCondition ? ' or on nothing' : '';
  const classes = all.length === 0 ? '' : `, conditional on ${all.join(' and ')}${orNone}`;
  return `Model: ${config.model._class_name}, ${countParameters(model).toLocaleString('en')} parameters, images of ${model.shape.join(' x ')}${classes}`;
}

/** What happens to the images at random, in a line; nothing if nothing does. */
export function describeAugmentation({ flip, rotate, translate, scale, contrast }: TrainConfig['data']): string[] {
  const share = (value: number) => `${formatNumber(100 * value)} %`;
  const factors = (most: number) => `${formatNumber(1 - most)} to ${formatNumber(1 + most)}`;
  const changes = [
    ...(flip ? ['mirrored'] : []),
    ...(rotate > 0 ? [`turned by up to ${formatNumber(rotate)} degrees`] : []),
    ...(translate > 0 ? [`shifted by up to ${share(translate)} of the side`] : []),
    ...(scale > 0 ? [`scaled by ${factors(scale)}`] : []),
    ...(contrast > 0 ? [`contrast by ${factors(contrast)}`] : []),
  ];
  return changes.length === 0 ? [] : [`Augmentation: ${changes.join(', ')} (training images only, at random)`];
}

/**
 * If the number of classes comes from the images by default: what they are, and how to train without. And what of a preset,
 * and of the weights to start from, gave way to them.
 */
export function describeClasses(
  { plan: { model: drafted }, open, start, yielding }: PlanDraft,
  { model, config }: TrainPlan,
  classNames: readonly string[] = [],
): string[] {
  const { classes, labelDropout = 0 } = yielding;
  const told = open.classes && model.classCount !== null && model.classCount !== classes;
  const gone = [
    ...(classes !== undefined && model.classCount === null ? [`${classes} classes`] : []),
    ...(labelDropout > config.training.labelDropout ? [`label dropout of ${labelDropout}`] : []),
  ];
  const lost = yielding.conditions && drafted.nullCondition && !model.nullCondition;
  return [
    ...(told ? [tellClasses(classNames)] : []),
    ...(lost
      ? [`The images have no labels, so the network starts from what ${start!.name} draws without a condition.`]
      : []),
    ...(gone.length > 0
      ? [
          `The network is unconditional, so the preset's ${gone.join(' and ')} ${gone.length === 1 ? 'is' : 'are'} left out.`,
        ]
      : []),
  ];
}
