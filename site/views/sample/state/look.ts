/** What is shown of pictures that come with masks: the pictures, their masks in colours, or both, one over the other. */
import { classColours } from '@onnoise/scheduler/model';
import { signal } from '@preact/signals';
import { type ImageShape, sizeOf } from '../../../state/pixels.ts';
import type { ModelEntry } from '../../../state/store.ts';
import type { Start } from './frames.ts';

export const LOOKS = ['pictures', 'masks', 'both'] as const;
export type Look = (typeof LOOKS)[number];

export const look = signal<Look>('pictures');

/** Of the picture below a mask. */
const SHARE = 0.55;

export interface Seen {
  /** [N, C, H, W] */
  pixels: Uint8ClampedArray;
  shape: ImageShape;
}

/** What is drawn of a batch; a batch without masks is drawn as it is. @param model the shape of its pictures */
export function lookOf(
  { shape, maskOutput }: { shape: ImageShape; maskOutput?: ModelEntry['maskOutput'] | undefined },
  { x, masks }: Pick<Start, 'x'> & { masks?: Uint8Array | undefined },
  wanted: Look,
): Seen {
  if (!masks || !maskOutput || wanted === 'pictures') return { pixels: x, shape };
  const [channels, height, width] = shape;
  const plane = height * width;
  const colours = classColours(maskOutput.classes.length);
  const pixels = new Uint8ClampedArray(3 * masks.length);
  for (let i = 0; i < masks.length; i++) {
    const image = Math.floor(i / plane);
    const at = i % plane;
    const own = wanted === 'masks' ? 1 : masks[i] === 0 ? 0 : 1 - SHARE;
    for (let c = 0; c < 3; c++) {
      const level = x[image * sizeOf(shape) + (channels === 3 ? c * plane : 0) + at]!;
      pixels[(3 * image + c) * plane + at] = own * colours[masks[i]!]![c]! + (1 - own) * level;
    }
  }
  return { pixels, shape: [3, height, width] };
}
