/** The classes of a request's pictures: in turn, or one or two where the pictures share the noise of a seed. */
import { InputError, refuse } from '../rules/errors.ts';
import { type ClassFacts, labelNumber } from './label-number.ts';
import type { PictureOptions } from './options.ts';

const ACTION = 'sample images';

/**
 * The class of each picture. Pictures between seeds would jump from class to class with all in turn, so they need
 * labels: one for all, or from one seed to another two, the first for the first half.
 * @throws InputError for an unknown class, for more labels than pictures, and for none, or too many, between seeds.
 */
export function labelsOfPictures(
  model: ClassFacts,
  { labels, interpolate, variations }: Pick<PictureOptions, 'labels' | 'interpolate' | 'variations'>,
  count: number,
): number[] | undefined {
  const { classes } = model;
  if (classes === 0) {
    if (labels === undefined) return undefined;
    return refuse(ACTION, 'labels', 'left out, this model is not conditional on a class', labels);
  }
  const turn =
    labels === undefined
      ? Array.from({ length: classes }, (_, label) => label)
      : labels.map((label) => labelNumber(ACTION, 'a label', label, model));
  if (turn.length === 0) refuse(ACTION, 'labels', 'at least one class', turn);
  const received = labels === undefined ? 'none' : `${turn.length} of them`;
  if (interpolate !== undefined) {
    if (turn.length > 2) throw wrong('one class or two from one seed to another', received);
    return Array.from({ length: count }, (_, i) => turn[Math.floor((i * turn.length) / count)]!);
  }
  if (variations !== undefined && turn.length > 1) throw wrong('one class where a seed is varied', received);
  if (labels !== undefined && turn.length > count)
    throw wrong('at most as many as images', `${turn.length} for ${count}`);
  return Array.from({ length: count }, (_, i) => turn[i % turn.length]!);
}

const wrong = (rule: string, received: string) =>
  new InputError(`Cannot ${ACTION}: labels must be ${rule}, received ${received}.`, { subject: 'labels' });
