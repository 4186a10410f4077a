/** Sampling in latents: what it starts from is encoded before, and what it drew is decoded at the end. */
import { join } from 'node:path';
import { eachImage, putBack } from '@onnoise/scheduler';
import { type DecodedFacts, MODEL_FILES, maskOfLatents } from '@onnoise/scheduler/model';
import { openPictures, type Pictures } from './autoencoder.ts';
import type { Device } from './devices.ts';
import type { ModelFolder } from './model-folder.ts';
import type { Samples } from './sample.ts';

/** Between the latents of a model folder and pictures. */
export interface FolderPictures extends Pictures {
  facts: DecodedFacts;
}

/** Pictures that sampling starts from, [C, H, W] or [N, C, H, W], and which pixels it paints anew, [H, W]. */
export interface StartPicture {
  from?: Float32Array | undefined;
  mask?: Float32Array | undefined;
}

/** undefined for a network that draws pictures itself. */
export function picturesOf({ autoencoder, shape, folder }: ModelFolder, device: Device): FolderPictures | undefined {
  if (!autoencoder) return undefined;
  const file = (path: string) => join(folder, ...path.split('/'));
  const files = { encoder: file(MODEL_FILES.encoder), decoder: file(MODEL_FILES.decoder) };
  return { facts: autoencoder, ...openPictures(autoencoder, shape, files, device) };
}

/** The same request with what it starts from, and what it keeps of that, in latents. */
export async function encodeStart<T extends StartPicture>(request: T, { encode, facts }: FolderPictures): Promise<T> {
  const { from, mask } = request;
  return { ...request, ...(from && { from: await encode(from) }), ...(mask && { mask: maskOfLatents(mask, facts) }) };
}

/** Pictures of drawn latents. Pixels that a mask keeps are those of the start, to the bit. */
export async function decodeDrawn(
  drawn: Float32Array,
  { from, mask }: StartPicture,
  { decode }: FolderPictures,
): Promise<Float32Array> {
  const images = await decode(drawn);
  if (from && mask) putBack(images, { picture: eachImage(from, images.length), mask, noise: images });
  return images;
}

export const decodeSamples = async (
  drawn: Samples,
  start: StartPicture,
  pictures: FolderPictures,
): Promise<Samples> => ({
  ...drawn,
  images: await decodeDrawn(drawn.images, start, pictures),
  shape: pictures.facts.shape,
});
