/** What is shown of pictures that come with masks: the pictures, their masks in colours, or both, one over the other. */
import { classColours } from '@onnoise/scheduler/model';
import { signal } from '@preact/signals';
import { type ImageShape, sizeOf } from '../../../state/pixels.ts';
import type { ModelEntry } from '../../../state/store.ts';
import type { Start } from './frames.ts';

export type Look = 'pictures' | 'masks' | 'both';

export const look = signal<Look>('pictures');

/** Of the picture below a mask. */
const SHARE = 0.55;

export interface Seen {
  /** [N, C, H, W] */
  pixels: Uint8ClampedArray;
  shape: ImageShape;
}

/** The pictures of a model: their shape, what is drawn of it, and what comes with it. */
export interface Looked {
  shape: ImageShape;
  maskOutput?: ModelEntry['maskOutput'] | undefined;
  shows?: ModelEntry['shows'] | undefined;
}

/** The channels of a batch that are shown. */
function shownPart({ shape, shows }: Looked, x: Uint8ClampedArray): Seen {
  if (shows === undefined) return { pixels: x, shape };
  const [channels, height, width] = shape;
  const plane = height * width;
  const count = x.length / sizeOf(shape);
  const pixels = new Uint8ClampedArray(count * shows.length * plane);
  for (let image = 0; image < count; image++) {
    for (const [c, channel] of shows.entries()) {
      const from = (image * channels + channel) * plane;
      pixels.set(x.subarray(from, from + plane), (image * shows.length + c) * plane);
    }
  }
  return { pixels, shape: [shows.length, height, width] };
}

/** What is drawn of a batch; of a batch without masks, the channels that are shown. */
export function lookOf(
  model: Looked,
  { x, masks }: Pick<Start, 'x'> & { masks?: Uint8Array | undefined },
  wanted: Look,
): Seen {
  const { maskOutput } = model;
  const seen = shownPart(model, x);
  if (!masks || !maskOutput || wanted === 'pictures') return seen;
  const { shape } = seen;
  const [channels, height, width] = shape;
  const plane = height * width;
  const colours = classColours(maskOutput.classes.length);
  const pixels = new Uint8ClampedArray(3 * masks.length);
  for (let i = 0; i < masks.length; i++) {
    const image = Math.floor(i / plane);
    const at = i % plane;
    const own = wanted === 'masks' ? 1 : masks[i] === 0 ? 0 : 1 - SHARE;
    for (let c = 0; c < 3; c++) {
      const level = seen.pixels[image * sizeOf(shape) + (channels === 3 ? c * plane : 0) + at]!;
      pixels[(3 * image + c) * plane + at] = own * colours[masks[i]!]![c]! + (1 - own) * level;
    }
  }
  return { pixels, shape: [3, height, width] };
}
