/** Says what a training learns from. */
import type { TrainerInfo } from '#src/index.ts';
import { whole } from '../model/words.ts';
import { CAMERA, CLASSES, DIGITS, FILES } from './pictures.ts';

const NAMES: Readonly<Record<string, string>> = {
  [DIGITS]: 'handwritten digits of the MNIST data set',
  [FILES]: 'pictures from your files',
  [CAMERA]: 'pictures from your camera',
};

/** `400 handwritten digits of the MNIST data set, 28 × 28 pixels, in gray, each with its number.` */
export function learntWords({
  images,
  shape,
  classNames,
}: Pick<TrainerInfo, 'images' | 'shape' | 'classNames'>): string {
  const { name, count } = images;
  const [channels, height, width] = shape;
  const numbered = name === DIGITS && classNames?.length === CLASSES;
  return [
    `${whole(count)} ${NAMES[name] ?? `pictures of ${name}`}`,
    `${width} × ${height} pixels`,
    channels === 1 ? 'in gray' : 'in colour',
    ...(numbered ? ['each with its number'] : []),
  ]
    .join(', ')
    .concat('.');
}
