/** The pictures of a form, as what sampling starts from, with the meaning that OpenAI's images API gives them. */
import { type PictureFile, readClearMask, readClearPicture, readPicture } from '@onnoise/runtime-node';
import type { EngineModel } from '@onnoise/runtime-node/engine';
import { InputError } from '@onnoise/scheduler/rules';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors/errors.ts';
import type { StartPicture } from './generation.ts';

/**
 * Where the mask is transparent the picture is painted anew; without a mask, where the picture itself is.
 * @throws Refusal (400) for files that are no pictures, or do not fit the model.
 */
export async function readEdit({ files }: FastifyRequest, { shape }: EngineModel): Promise<StartPicture> {
  const image = fileOf(files, 'image');
  if (!files.has('mask')) {
    const { picture, mask } = await named('image', () => readClearPicture(image, shape));
    return { from: picture, mask };
  }
  const from = await named('image', () => readPicture(image, shape));
  return { from, mask: await named('mask', () => readClearMask(fileOf(files, 'mask'), shape)) };
}

/** @throws Refusal (400) for a file that is no picture, or does not fit the model. */
export async function readVariation({ files }: FastifyRequest, { shape }: EngineModel): Promise<StartPicture> {
  return { from: await named('image', () => readPicture(fileOf(files, 'image'), shape)) };
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string): PictureFile {
  const bytes = files.get(name);
  if (bytes) return { bytes, name };
  throw new Refusal(400, 'invalid_value', `Cannot start from a picture: ${name} must be a file.`, { param: name });
}

async function named<T>(param: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputError) throw new Refusal(400, 'invalid_value', error.message, { param });
    throw error;
  }
}
