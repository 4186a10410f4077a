/** Pictures as a request wants them: format, quality and size. */
import { png, sheet } from '@onnoise/runtime-node';
import type { EngineModel } from '@onnoise/runtime-node/engine';
import { shownOf } from '@onnoise/scheduler/model';
import type { OutputFormat } from './representation.ts';

export interface Encoding {
  format: OutputFormat;
  /** Of JPEG and WebP, 1 to 100. */
  quality?: number | undefined;
  /** Default: the model's. */
  size?: { width: number; height: number } | undefined;
}

/** One picture, pixel for pixel if it is not scaled. */
export function encodePicture(
  image: Float32Array,
  model: EngineModel,
  { format, quality, size }: Encoding,
): Promise<Buffer> {
  const { shape } = model;
  const show = shownOf('draw the picture', model);
  if (format === 'png' && size === undefined) return png(image, shape, { show });
  return sheet(image, shape, 1, { format, quality, size, scale: 1, gap: 0, show });
}

/** One picture by itself, several as a sheet. */
export function encodeAll(images: readonly Float32Array[], model: EngineModel, encoding: Encoding): Promise<Buffer> {
  const [first, ...more] = images as [Float32Array, ...Float32Array[]];
  if (more.length === 0) return encodePicture(first, model, encoding);
  const all = new Float32Array(first.length * images.length);
  for (const [i, image] of images.entries()) all.set(image, i * first.length);
  const { format, quality } = encoding;
  return sheet(all, model.shape, undefined, { format, quality, show: shownOf('draw the pictures', model) });
}
