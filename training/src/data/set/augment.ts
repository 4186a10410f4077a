/**
 * Augmentation: small random changes of the training images, with torchvision's names and arithmetic.
 *
 * An image is mirrored, then rotated, scaled and moved in one bilinear resample (`affine`), then its contrast changes
 * (`adjust_contrast`). Where the affine map looks past the border it finds the nearest pixel of the border: a constant
 * would put wedges into the corners, which a model learns to draw, and a mirror image would double what lies there.
 *
 * Source: torchvision's `RandomAffine`, `ColorJitter` and their functional forms.
 */
import { uniform } from '@onnoise/scheduler';
import type { Extent } from '@onnoise/scheduler/model';

/** Number of the random stream of epoch 0, beside those of the split and of the orders and flips of epochs. */
const FIRST_STREAM = 0x0c00_0000;

/** The largest changes; 0 is none. Each is drawn evenly from its range. */
export interface AugmentOptions {
  /** Angle in degrees, 0 to 180: -rotate to rotate. */
  rotate: number;
  /** Shift along each axis as a share of the width or height, 0 to below 1: -translate to translate. */
  translate: number;
  /** Factor of the size, 0 to below 1: 1 - scale to 1 + scale. */
  scale: number;
  /** Factor of the contrast, 0 to below 1: 1 - contrast to 1 + contrast. */
  contrast: number;
}

/** The changes of one image. */
export interface Augmentation {
  /** Clockwise, in degrees. */
  angle: number;
  /** To the right and down, in pixels. */
  shift: [x: number, y: number];
  scale: number;
  contrast: number;
}

/** Numbers drawn for an image, whatever is switched on: so no option changes what another one draws. */
const DRAWS = 5;

/**
 * The changes of images `first` to `first + count - 1` in the order of an epoch. Image k of an epoch always gets the
 * same ones.
 */
export function drawAugmentations(
  options: AugmentOptions,
  { seed, epoch, first, count, width, height }: Extent & { seed: number; epoch: number; first: number; count: number },
): Augmentation[] {
  const draws = new Float64Array(DRAWS * count);
  uniform(seed, FIRST_STREAM + epoch, DRAWS * first, draws);
  return Array.from({ length: count }, (_, image) => {
    const draw = (n: number, most: number) => most * (2 * draws[DRAWS * image + n]! - 1);
    return {
      angle: draw(0, options.rotate),
      shift: [draw(1, options.translate * width), draw(2, options.translate * height)],
      scale: 1 + draw(3, options.scale),
      contrast: 1 + draw(4, options.contrast),
    };
  });
}

/** Whether an image moves, beside its contrast. */
export const moves = ({ angle, shift: [x, y], scale }: Augmentation) =>
  angle !== 0 || x !== 0 || y !== 0 || scale !== 1;

const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);

/** Planes of one image, [C, H, W], that begin at `at` in their array. */
export interface Planes {
  channels: number;
  height: number;
  width: number;
  at: number;
}

/**
 * Resamples an image of bytes to floats in [-1, 1], around its centre: torchvision's `affine` with bilinear
 * interpolation, after a mirror if `mirrored`.
 */
export function affine(
  levels: Uint8Array | Uint16Array,
  { channels, height, width, at }: Planes,
  { angle, shift: [dx, dy], scale }: Augmentation,
  mirrored: boolean,
  out: Float32Array,
): void {
  const half = levels instanceof Uint16Array ? 32_767.5 : 127.5;
  const [right, bottom] = [width - 1, height - 1];
  const { xx, yx, xy, yy } = mapOf(angle, scale, mirrored);
  const plane = height * width;
  for (let row = 0, to = at; row < height; row++) {
    const v = row - bottom / 2 - dy;
    for (let column = 0; column < width; column++, to++) {
      const u = column - right / 2 - dx;
      const x = clamp(xx * u + xy * v + right / 2, right);
      const y = clamp(yx * u + yy * v + bottom / 2, bottom);
      const left = x | 0;
      const top = y | 0;
      const fx = x - left;
      const fy = y - top;
      const step = left < right ? 1 : 0;
      const line = top < bottom ? width : 0;
      let from = at + top * width + left;
      for (let end = from + channels * plane, into = to; from < end; from += plane, into += plane) {
        const a = levels[from]!;
        const c = levels[from + line]!;
        const above = a + fx * (levels[from + step]! - a);
        const below = c + fx * (levels[from + line + step]! - c);
        out[into] = (above + fy * (below - above)) / half - 1;
      }
    }
  }
}

/** Where the next pixel to the right comes from, and the one below. */
function mapOf(angle: number, scale: number, mirrored: boolean) {
  const turn = (angle * Math.PI) / 180;
  const sign = mirrored ? -1 : 1;
  return {
    xx: (sign * Math.cos(turn)) / scale,
    yx: -Math.sin(turn) / scale,
    xy: (sign * Math.sin(turn)) / scale,
    yy: Math.cos(turn) / scale,
  };
}

/** The same for class numbers, of which each pixel takes the nearest: into `out`, [H, W]. @param augmentation absent: a mirror alone */
export function affineNearest(
  classes: Uint8Array,
  { height, width, at }: Planes,
  augmentation: Augmentation | undefined,
  mirrored: boolean,
  out: Uint8Array,
): void {
  const {
    angle,
    shift: [dx, dy],
    scale,
  } = augmentation ?? { angle: 0, shift: [0, 0], scale: 1 };
  const [right, bottom] = [width - 1, height - 1];
  const { xx, yx, xy, yy } = mapOf(angle, scale, mirrored);
  for (let row = 0, to = 0; row < height; row++) {
    const v = row - bottom / 2 - dy;
    for (let column = 0; column < width; column++, to++) {
      const u = column - right / 2 - dx;
      const x = Math.round(clamp(xx * u + xy * v + right / 2, right));
      const y = Math.round(clamp(yx * u + yy * v + bottom / 2, bottom));
      out[to] = classes[at + y * width + x]!;
    }
  }
}

/** Luma of red, green and blue, as torchvision weighs them. */
const LUMA = [0.2989, 0.587, 0.114];

/** Changes the contrast of floats in [-1, 1] in place: torchvision's `adjust_contrast`, about the mean luma; of other
 * channels than three about their mean. */
export function adjustContrast(values: Float32Array, { channels, height, width, at }: Planes, factor: number): void {
  const plane = height * width;
  let mean = 0;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let i = at + channel * plane, end = i + plane; i < end; i++) sum += values[i]! + 1;
    mean += ((channels === 3 ? LUMA[channel]! : 1 / channels) * sum) / plane;
  }
  for (let i = at, end = at + channels * plane; i < end; i++) {
    const value = factor * (values[i]! + 1) + (1 - factor) * mean - 1;
    values[i] = Math.min(Math.max(value, -1), 1);
  }
}
