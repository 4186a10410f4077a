/**
 * Numbers that belong to the channels of a convolution's result: [N, C, H, W] of images, [N, C, D, H, W] of volumes. Where they
 * lie depends on the number of axes: [C, 1, 1] are channels of images, but depths of volumes.
 */
import { sizeOf } from '../graph/graph.ts';

/** Has `shape` one number for each channel of a value with `rank` axes? [C, 1, 1] and [1, C, 1, 1] have, of images. */
export function isPerChannel(shape: readonly number[], rank: number, channels: number): boolean {
  const axis = shape.length - rank + 1;
  return (axis === 0 || axis === 1) && shape[axis] === channels && sizeOf(shape) === channels;
}

/** Why `shape` holds neither one number nor one for each channel of a value with `rank` axes, if it does not. */
export function unlikeChannels(shape: readonly number[], rank: number, channels: number): string | undefined {
  if (isPerChannel(shape, rank, channels) || (sizeOf(shape) === 1 && shape.length <= rank)) return undefined;
  return `is [${shape}], neither one number nor one for each of ${channels} channels`;
}
