/** Masks that a network draws with its pictures: the planes after the picture's channels, of which the greatest is a pixel's class. */
import type { DecodedFacts } from './autoencoder.ts';
import type { MaskLabels } from './condition-image.ts';
import type { ImageShape } from './pixels.ts';

/** Pictures, and a mask of each. */
export interface Pairs {
  /** [N, C, H, W] without the planes of the mask. */
  images: Float32Array<ArrayBuffer>;
  /** [C, H, W] */
  shape: ImageShape;
  /** Class numbers, [N, H, W]. */
  masks: Uint8Array<ArrayBuffer>;
  /**
   * How sure the class of each pixel is, [N, H, W] in 0..1: the share of its plane in the sum of all, where a plane counts from 0 at -1
   * to 1 at 1.
   */
  confidence: Float32Array<ArrayBuffer>;
}

/** [C, H, W] of a model's pictures, without the planes of a mask that it draws; those that an autoencoder makes, where there is one. */
export const pictureShapeOf = ({
  shape: [channels, height, width],
  maskOutput,
  autoencoder,
}: {
  shape: ImageShape;
  maskOutput?: MaskLabels | undefined;
  autoencoder?: Pick<DecodedFacts, 'shape'> | undefined;
}): ImageShape => autoencoder?.shape ?? [channels - (maskOutput?.classes.length ?? 0), height, width];

/**
 * Takes drawn values apart.
 * @param values [N, C + K, H, W] @param shape [C + K, H, W], of which K are the planes of the mask
 */
export function splitPairs(values: Float32Array, [all, height, width]: ImageShape, { classes }: MaskLabels): Pairs {
  const plane = height * width;
  const channels = all - classes.length;
  const count = values.length / (all * plane);
  const images = new Float32Array(count * channels * plane);
  const masks = new Uint8Array(count * plane);
  const confidence = new Float32Array(count * plane);
  for (let image = 0; image < count; image++) {
    const from = image * all * plane;
    images.set(values.subarray(from, from + channels * plane), image * channels * plane);
    for (let i = 0; i < plane; i++) {
      const at = from + channels * plane + i;
      let [best, most, sum] = [0, -1, 0];
      for (let k = 0; k < classes.length; k++) {
        const share = Math.min(Math.max((values[at + k * plane]! + 1) / 2, 0), 1);
        sum += share;
        if (share > most) [best, most] = [k, share];
      }
      masks[image * plane + i] = best;
      confidence[image * plane + i] = sum > 0 ? most / sum : 0;
    }
  }
  return { images, shape: [channels, height, width], masks, confidence };
}

/**
 * Colours of classes, red, green and blue: black for the first, then hues that go round by the golden angle, so that neighbours in number
 * differ.
 */
export function classColours(count: number): [red: number, green: number, blue: number][] {
  return Array.from({ length: count }, (_, k) => {
    if (k === 0) return [0, 0, 0];
    const hue = ((k - 1) * 137.508) % 360;
    const light = [0.55, 0.7, 0.42][Math.floor((k - 1) / 8) % 3]!;
    return hueToRgb(hue, light);
  });
}

/** Of full saturation. Source: CSS Color Module Level 4, "Converting HSL Colors to sRGB". */
function hueToRgb(hue: number, light: number): [red: number, green: number, blue: number] {
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const reach = Math.min(light, 1 - light);
    return Math.round(255 * (light - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/** Masks as pictures in the colours of their classes: [N, H, W] to [N, 3, H, W] in [-1, 1]. @param plane H * W */
export function colourMasks(masks: Uint8Array, plane: number, classes: number): Float32Array<ArrayBuffer> {
  const colours = classColours(classes);
  const out = new Float32Array(3 * masks.length);
  for (let i = 0; i < masks.length; i++) {
    const image = Math.floor(i / plane);
    const colour = colours[masks[i]!]!;
    for (let c = 0; c < 3; c++) out[(3 * image + c) * plane + (i % plane)] = colour[c]! / 127.5 - 1;
  }
  return out;
}

/** The class numbers of one-hot planes [N, K, H, W]: [N, H, W]. */
export function masksOfPlanes(planes: Float32Array, [classes, height, width]: ImageShape): Uint8Array<ArrayBuffer> {
  const plane = height * width;
  const masks = new Uint8Array(planes.length / classes);
  for (let i = 0; i < masks.length; i++) {
    const from = Math.floor(i / plane) * classes * plane + (i % plane);
    for (let k = 1; k < classes; k++) if (planes[from + k * plane]! > planes[from + masks[i]! * plane]!) masks[i] = k;
  }
  return masks;
}
