/** A picture of a model as the bytes of a file, with the same pixels in every format. */
import type { PictureFacts } from '@onnoise/medical';
import type { ImageSeed } from '@onnoise/scheduler';
import { type ShownFacts, shownOf } from '@onnoise/scheduler/model';
import { type FileChoice, wordOf } from './choices.ts';

/** @param image [C, H, W] in [-1, 1] */
export type PictureEncoder = (image: Float32Array, seed: ImageSeed) => Promise<Uint8Array>;

/**
 * What is heavy, such as the code for medical files, is loaded only for a format that needs it.
 * @param model whose pictures they are, without masks; their files have the channels that it shows
 * @param facts what the files say beside it
 * @param originOf the model's name for people, and its SHA-256; only asked for files that hold them
 */
export async function pictureEncoder(
  model: ShownFacts,
  { format = 'png', modality, depth }: FileChoice,
  facts: PictureFacts | undefined,
  originOf: () => Promise<{ model: string; hash: string }>,
): Promise<PictureEncoder> {
  const { png, tile } = await import('@onnoise/runtime-node');
  const { shape } = model;
  const show = shownOf('write the pictures', model);
  if (format === 'png') return (image) => png(image, shape, { depth, show });
  const { encodeSyntheticDicom, encodeSyntheticNifti } = await import('@onnoise/medical');
  const origin = await originOf();
  return async (image, seed) => {
    const picture = tile(image, shape, { scale: 1, gap: 0, depth, show });
    const from = { ...origin, seed: wordOf(seed) };
    return format === 'dicom'
      ? encodeSyntheticDicom(picture, from, modality, facts)
      : encodeSyntheticNifti(picture, from, facts);
  };
}
