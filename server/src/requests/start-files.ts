/** The pictures of a form, as what sampling starts from, with the meaning that OpenAI's images API gives them. */
import { type PictureFile, readClearMask, readClearPicture, readPicture } from '@onnoise/runtime-node';
import type { EngineModel } from '@onnoise/runtime-node/engine';
import { pictureShapeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors/errors.ts';
import type { StartPicture } from './generation.ts';

/**
 * Where the mask is transparent the picture is painted anew; without a mask, where the picture itself is.
 * @throws Refusal (400) for files that are no pictures, or do not fit the model.
 */
export async function readEdit({ files }: FastifyRequest, model: EngineModel): Promise<StartPicture> {
  requirePictures(model);
  const shape = pictureShapeOf(model);
  const image = fileOf(files, 'image');
  if (!files.has('mask')) {
    const { picture, mask } = await namedFile('image', () => readClearPicture(image, shape));
    return { from: picture, mask };
  }
  const from = await namedFile('image', () => readPicture(image, shape));
  return { from, mask: await namedFile('mask', () => readClearMask(fileOf(files, 'mask'), shape)) };
}

/** @throws Refusal (400) for a file that is no picture, or does not fit the model. */
export async function readVariation({ files }: FastifyRequest, model: EngineModel): Promise<StartPicture> {
  requirePictures(model);
  return { from: await namedFile('image', () => readPicture(fileOf(files, 'image'), pictureShapeOf(model))) };
}

/** @throws Refusal (400) for a model that draws masks: a picture alone is not what it starts from */
function requirePictures({ name, maskOutput }: EngineModel): void {
  if (!maskOutput) return;
  const message = `Cannot start from a picture: model must be one that draws pictures alone, received ${name}, which draws masks, too.`;
  throw new Refusal(400, 'invalid_value', message, { param: 'model' });
}

function fileOf(files: FastifyRequest['files'], name: string): PictureFile {
  const bytes = files.get(name)?.[0];
  if (bytes) return { bytes, name };
  throw new Refusal(400, 'invalid_value', `Cannot start from a picture: ${name} must be a file.`, { param: name });
}

/** Refusals of a file's field. */
export async function namedFile<T>(param: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputError) throw new Refusal(400, 'invalid_value', error.message, { param });
    throw error;
  }
}
