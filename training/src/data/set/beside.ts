/** What lies beside the images of a set: a mask of each, or another picture. Prepared with them, and moved as they are. */
import { type Extent, type MaskLabels, maskPlanes } from '@onnoise/scheduler/model';
import { copyLevels } from '@onnoise/scheduler/training';
import { type Augmentation, affine, affineNearest, moves } from './augment.ts';

/** Whether the network is told a mask, or draws one with each picture. */
export const MASK_ROLES = ['input', 'output'] as const;
export type MaskRole = (typeof MASK_ROLES)[number];

export interface BesideImages {
  /** Channels of the pictures; 1 of masks. */
  channels: number;
  /** The classes of masks; absent for pictures. */
  mask?: MaskLabels;
  /** Copies those of the images with these numbers into `out`: class numbers [n, H, W], or levels [n, K, H, W]. */
  read(indices: ArrayLike<number>, out: Uint8Array): Promise<void> | void;
}

/** How images are moved, [n] each; absent for not at all. */
export interface Moves {
  flips?: ArrayLike<number> | undefined;
  augmentations?: readonly Augmentation[] | undefined;
}

/** Values of the planes of a mask: where it has not and has the class. */
const VALUES: Record<MaskRole, readonly [off: number, on: number]> = { input: [0, 1], output: [-1, 1] };

/**
 * What lies beside images, for a network: planes of a mask, or a picture in [-1, 1].
 * @returns [n, K, H, W]
 */
export async function readPlanes(
  { channels, mask, read }: BesideImages,
  { width, height }: Extent,
  role: MaskRole,
  numbers: ArrayLike<number>,
  { flips, augmentations }: Moves = {},
): Promise<Float32Array> {
  const size = channels * height * width;
  const levels = new Uint8Array(numbers.length * size);
  await read(numbers, levels);
  const planes = mask ? mask.classes.length : channels;
  const out = new Float32Array(numbers.length * planes * height * width);
  for (let image = 0; image < numbers.length; image++) {
    const place = { channels, height, width, at: image * size };
    const mirrored = Boolean(flips?.[image]);
    const augmentation = augmentations?.[image];
    const moved = augmentation && moves(augmentation);
    if (mask) {
      const classes = new Uint8Array(size);
      affineNearest(levels, place, moved ? augmentation : undefined, mirrored, classes);
      out.set(maskPlanes(classes, planes, VALUES[role]), image * planes * size);
    } else if (moved) affine(levels, place, augmentation, mirrored, out);
    else copyLevels(levels, place, mirrored, out);
  }
  return out;
}

/** Pictures [n, C, H, W] with planes [n, K, H, W] after their own: [n, C + K, H, W]. */
export function joinPlanes(images: Float32Array, planes: Float32Array, count: number): Float32Array {
  const joined = new Float32Array(images.length + planes.length);
  const [own, more] = [images.length / count, planes.length / count];
  for (let image = 0; image < count; image++) {
    joined.set(images.subarray(image * own, (image + 1) * own), image * (own + more));
    joined.set(planes.subarray(image * more, (image + 1) * more), image * (own + more) + own);
  }
  return joined;
}
