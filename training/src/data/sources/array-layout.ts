/** What the axes of an array of images are. */
import { MOST_CHANNELS } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { LAYOUTS, type Layout } from '../set/layouts.ts';

export interface ImagePlaces {
  height: number;
  width: number;
  channels: number;
  /** The place of a channel of a pixel, counted from the top left, among the values of an image. */
  placeOf: (pixel: number, channel: number) => number;
}

/** @throws InputError where the shape does not suit the layout, or tells no layout by itself */
export function placesOf(name: string, shape: readonly number[], asked?: Layout): ImagePlaces {
  const refuse = (what: string, rule: string, received: string): never => {
    throw new InputError(`Cannot read the array: ${what} must be ${rule}, received ${received}.`);
  };
  const told = `[${shape.join(', ')}]`;
  if (shape.length !== 3 && shape.length !== 4)
    refuse(`the shape of ${name}`, '[N, H, W], [N, H, W, C] or [N, C, H, W]', told);
  if (shape.includes(0)) refuse(`the shape of ${name}`, 'of at least one pixel', told);
  const fits = LAYOUTS.filter((layout) => {
    if (layout.length !== shape.length) return false;
    return channelsOf(shape, layout) <= MOST_CHANNELS;
  });
  const photographic = fits.filter((layout) => [1, 3].includes(channelsOf(shape, layout)));
  const [only, ...others] = photographic.length > 0 ? photographic : fits;
  const layout = asked ?? (others.length === 0 ? only : undefined);
  if (layout === undefined) {
    if (fits.length === 0) return refuse(`the channels of ${name}`, `1 to ${MOST_CHANNELS}`, told);
    return refuse(`--layout of ${name}`, `given, ${fits.join(' or ')}, as its shape fits both`, told);
  }
  if (!fits.includes(layout))
    refuse('--layout', `one that fits the shape of ${name}, ${told}, with 1 to ${MOST_CHANNELS} channels`, layout);
  const channels = channelsOf(shape, layout);
  const [height, width] = (layout === 'nchw' ? shape.slice(2) : shape.slice(1)) as [number, number];
  const plane = height * width;
  const placeOf =
    layout === 'nchw'
      ? (pixel: number, channel: number) => channel * plane + pixel
      : (pixel: number, channel: number) => pixel * channels + channel;
  return { height, width, channels, placeOf };
}

const channelsOf = (shape: readonly number[], layout: Layout): number =>
  layout === 'nhw' ? 1 : shape[layout === 'nhwc' ? 3 : 1]!;
