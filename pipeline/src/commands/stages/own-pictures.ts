/** The PNG files of `pipeline sample`: their names, and the words in them by which it knows them again. */

import { withText } from '@onnoise/base/files';
import type { ImageSeed } from '@onnoise/scheduler';

const MARK = ['Software', 'onnoise sample'] as const;

/** The bytes of a picture, which say who made it if they are a PNG. */
export const marked = (picture: Uint8Array): Uint8Array => withText(picture, ...MARK);

/** Whether a file is a picture that `sample` wrote. */
export async function isMarked(path: string): Promise<boolean> {
  const { default: sharp } = await import('sharp');
  const { comments = [] } = await sharp(path)
    .metadata()
    .catch(() => ({ comments: [] }));
  return comments.some(({ keyword, text }) => keyword === MARK[0] && text === MARK[1]);
}

/** `7.png`, or `3-7-0.250000.png` for a quarter of the way from 3 to 7. */
export const singleName = (seed: ImageSeed): string =>
  `${typeof seed === 'number' ? seed : `${seed.seed}-${seed.toward}-${seed.share.toFixed(6)}`}.png`;

export const frameName = (step: number): string => `${String(step).padStart(4, '0')}.png`;
