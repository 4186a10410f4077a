/** Says how far a training is, and what it learns from. */

import type { TrainerInfo } from '@onnoise/runtime-web';
import type { ImageShape } from '@onnoise/scheduler/model';
import type { StepFile } from '@onnoise/scheduler/training';
import { whole } from '../model/words.ts';
import { CAMERA, CLASSES, DIGITS, FILES } from './pictures.ts';

/** `1 step`, `2,000 steps` */
export const stepsOf = (count: number) => (count === 1 ? '1 step' : `${whole(count)} steps`);

/** `18 pictures`, `2,000 of 5,000 pictures, evenly chosen` @param of how many there are; null: as many */
export function picturesOf(count: number, of: number | null): string {
  if (of !== null) return `${whole(count)} of ${whole(of)} pictures, evenly chosen`;
  return count === 1 ? '1 picture' : `${whole(count)} pictures`;
}

const NAMES: Readonly<Record<string, string>> = {
  [DIGITS]: 'handwritten digits of the MNIST data set',
  [FILES]: 'pictures from your files',
  [CAMERA]: 'pictures from your camera',
};

/** `16 × 16 pixels, in gray` */
export const pixelsOf = ([channels, height, width]: ImageShape): string =>
  `${width} × ${height} pixels, in ${channels === 1 ? 'gray' : 'colour'}`;

/** What a file holds that waits for its pictures. */
export function waitingWords({ progress, data }: Pick<StepFile, 'progress' | 'data'>): string {
  const learnt = data === null ? '' : `, which learned from ${namesOf(data.name)}`;
  return `The file holds a training of ${stepsOf(progress.step)}${learnt}, but not the pictures. Choose them, then go on.`;
}

/** Of what the images of that name are. */
export const namesOf = (name: string): string => NAMES[name] ?? `pictures of ${name}`;

/** `400 handwritten digits of the MNIST data set, 28 × 28 pixels, in gray, each with its number.` */
export function learntWords({
  images,
  shape,
  classNames,
}: Pick<TrainerInfo, 'images' | 'shape' | 'classNames'>): string {
  const { name, count } = images;
  const numbered = name === DIGITS && classNames?.length === CLASSES;
  return [`${whole(count)} ${namesOf(name)}`, pixelsOf(shape), ...(numbered ? ['each with its number'] : [])]
    .join(', ')
    .concat('.');
}
