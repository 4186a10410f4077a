/** The chosen frames of an animation, or pages of a TIFF; the first unless others are asked for. */
import { decodeImage, pagesOf } from './decode.ts';
import { chooseFrames, parseFrames } from './frame-choice.ts';
import type { ImageOptions, Picture } from './types.ts';

/** @throws Error with the reason why the file cannot be used */
export async function decodePages(path: string, options: ImageOptions): Promise<Picture[]> {
  const { frames } = options;
  if (frames === undefined) return [await decodeImage(path, options)];
  const pages: Picture[] = [];
  for (const page of chooseFrames(parseFrames(frames, 'first'), await pagesOf(path))) {
    pages.push({ ...(await decodeImage(path, options, page)), several: false });
  }
  return pages;
}
