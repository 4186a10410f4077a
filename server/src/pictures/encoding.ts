/** Pictures as a request wants them: format, quality and size. They have no planes of a mask that the model draws with them. */
import { png, sheet } from '@onnoise/runtime-node';
import type { EngineModel } from '@onnoise/runtime-node/engine';
import { pictureShapeOf, shownOf, splitPairs } from '@onnoise/scheduler/model';
import type { OutputFormat } from './representation.ts';

export interface Encoding {
  format: OutputFormat;
  /** Of JPEG and WebP, 1 to 100. */
  quality?: number | undefined;
  /** Default: the model's. */
  size?: { width: number; height: number } | undefined;
}

/** @param drawn of the network's shape */
const pictureIn = (drawn: Float32Array, { shape, maskOutput }: EngineModel): Float32Array =>
  maskOutput ? splitPairs(drawn, shape, maskOutput).images : drawn;

/** One picture, pixel for pixel if it is not scaled. @param drawn of the network's shape */
export function encodePicture(
  drawn: Float32Array,
  model: EngineModel,
  { format, quality, size }: Encoding,
): Promise<Buffer> {
  const image = pictureIn(drawn, model);
  const shape = pictureShapeOf(model);
  const show = shownOf('draw the picture', model);
  if (format === 'png' && size === undefined) return png(image, shape, { show });
  return sheet(image, shape, 1, { format, quality, size, scale: 1, gap: 0, show });
}

/** One picture by itself, several as a sheet. @param drawn each of the network's shape */
export function encodeAll(drawn: readonly Float32Array[], model: EngineModel, encoding: Encoding): Promise<Buffer> {
  const [only, ...more] = drawn as [Float32Array, ...Float32Array[]];
  if (more.length === 0) return encodePicture(only, model, encoding);
  const images = drawn.map((one) => pictureIn(one, model));
  const all = new Float32Array(images[0]!.length * images.length);
  for (const [i, image] of images.entries()) all.set(image, i * image.length);
  const { format, quality } = encoding;
  const show = shownOf('draw the pictures', model);
  return sheet(all, pictureShapeOf(model), undefined, { format, quality, show });
}
