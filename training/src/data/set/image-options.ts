/** What the options of a set say of its pixels. */

import type { ImageOptions } from '@onnoise/base/pictures';
import type { PrepareOptions } from './types.ts';

export function imageOptions(options: PrepareOptions): ImageOptions {
  const { size, channels, fit, background = 'black', window, frames, axis } = options;
  return { size, ...(channels && { channels }), fit, background, window, frames, axis };
}
