/** Pictures of a sheet with what lies beside them: the mask or picture that the network was told, or the mask that it drew. */
import {
  type Artefact,
  colourMasks,
  type ImageShape,
  masksOfPlanes,
  shownChannels,
  sizeOf,
} from '@onnoise/scheduler/model';

export interface SheetImages {
  /** [N, C, H, W], in turn a picture and its neighbour where there is one. */
  images: Float32Array;
  shape: ImageShape;
  /** The channels to show, as of a sheet; all of those that are colours. */
  show?: readonly number[] | undefined;
  /** Images of a cell. */
  each: 1 | 2;
}

/**
 * @param drawn pictures [N, C, H, W], and the masks [N, H, W] that the network drew with them
 * @param told what the network was told of each as a picture, [N, K, H, W]
 * @param show channels of the pictures, as of a sheet
 */
export function besideSheet(
  { images, shape, masks }: { images: Float32Array; shape: ImageShape; masks?: Uint8Array | undefined },
  { conditionImage, maskOutput }: Pick<Artefact, 'conditionImage' | 'maskOutput'>,
  told: Float32Array | undefined,
  show?: readonly number[],
): SheetImages {
  const [, height, width] = shape;
  const plane = height * width;
  const cell = [3, height, width] as const;
  if (masks && maskOutput) {
    return alternate(inColour(images, shape, show), colourMasks(masks, plane, maskOutput.classes.length), cell);
  }
  if (!conditionImage || !told) return { images, shape, show, each: 1 };
  const { mask, shape: planes } = conditionImage;
  const neighbours = mask
    ? colourMasks(masksOfPlanes(told, planes), plane, mask.classes.length)
    : inColour(told, planes);
  return alternate(neighbours, inColour(images, shape, show), cell);
}

/** Images and, beside each, what was made of it. @param images, pictures [N, C, H, W] @param show as of a sheet */
export const pairSheet = (
  images: Float32Array,
  pictures: Float32Array,
  shape: ImageShape,
  show?: readonly number[],
): SheetImages => ({ ...alternate(images, pictures, shape), show });

/** [N, C, H, W] as RGB: the channels that are shown, one of them thrice. */
function inColour(
  images: Float32Array,
  [channels, height, width]: ImageShape,
  show: readonly number[] = shownChannels(channels),
): Float32Array {
  const plane = height * width;
  const out = new Float32Array((3 * images.length) / channels);
  for (let image = 0; image * channels * plane < images.length; image++) {
    for (let c = 0; c < 3; c++) {
      const at = (image * channels + (show[c] ?? show[0]!)) * plane;
      out.set(images.subarray(at, at + plane), (3 * image + c) * plane);
    }
  }
  return out;
}

function alternate(left: Float32Array, right: Float32Array, shape: ImageShape): SheetImages {
  const size = sizeOf(shape);
  const images = new Float32Array(left.length + right.length);
  for (let i = 0; i * size < left.length; i++) {
    images.set(left.subarray(i * size, (i + 1) * size), 2 * i * size);
    images.set(right.subarray(i * size, (i + 1) * size), (2 * i + 1) * size);
  }
  return { images, shape, each: 2 };
}
