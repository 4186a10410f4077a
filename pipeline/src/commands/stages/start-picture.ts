/** Reads the picture and the mask that `pipeline sample` starts from. */
import { readFile, stat } from 'node:fs/promises';
import { diskFailure } from '@onnoise/base/files';
import { formatBytes } from '@onnoise/base/text';
import type { Fit, ImageShape, PictureFile } from '@onnoise/runtime-node';
import { InputError, refuse } from '@onnoise/scheduler/rules';

const ACTION = 'start from a picture';
/** Most bytes of a file. */
const MOST_BYTES = 2 ** 28;

/** @throws InputError for files that are no pictures, or do not fit the model; Failure where the disk does not work. */
export async function readStartPicture(
  { from, mask, fit }: { from?: string | undefined; mask?: string | undefined; fit?: Fit | undefined },
  shape: ImageShape,
): Promise<{ from?: Float32Array; mask?: Float32Array }> {
  if (from === undefined) {
    if (mask !== undefined) refuse(ACTION, '--mask', 'left out without --from', mask);
    return {};
  }
  const { readMask, readPicture } = await import('@onnoise/runtime-node');
  const picture = await readPicture({ ...(await readBytes('--from', from)), fit }, shape);
  if (mask === undefined) return { from: picture };
  return { from: picture, mask: await readMask({ ...(await readBytes('--mask', mask)), fit }, shape) };
}

async function readBytes(option: string, path: string): Promise<PictureFile> {
  const name = `${option} ${path}`;
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) {
      throw new InputError(
        `Cannot ${ACTION}: ${name} must be at most ${formatBytes(MOST_BYTES)}, received ${formatBytes(size)}.`,
      );
    }
    return { bytes: await readFile(path), name };
  } catch (error) {
    throw diskFailure(error, `read ${name}`);
  }
}
