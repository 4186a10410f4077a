/** The folder of label maps: apart from that of the images, and with files in it. */
import { realpath, stat } from 'node:fs/promises';
import { diskReason, isBelow } from '@onnoise/base/files';
import { isLabelFolder, type Walk } from '@onnoise/base/folders';
import { InputError } from '@onnoise/scheduler/rules';
import { describeOthers } from '../sources/unread.ts';

const WANTED = '--masks must be a folder with label maps';

/**
 * One that is known as a folder of label maps may lie among the images, since these leave it out.
 * @throws InputError where one folder is the other, or lies in it, or is none
 */
export async function requireApart(folder: string, dataFolder: string): Promise<void> {
  const refuse = (received: string): never => {
    throw new InputError(
      `Cannot read label maps: --masks must be a folder beside that of the images, received ${received}.`,
    );
  };
  await requireFolder(dataFolder);
  const [place, images] = [await realFolder(folder), await realpath(dataFolder)];
  if (place === images) refuse(`the folder of the images, ${folder}`);
  if (isBelow(place, images) && !isLabelFolder(place))
    refuse(`${folder}, which lies in it, where label maps would count as images`);
  if (isBelow(images, place)) refuse(`${folder}, which holds it, so that images would count as label maps`);
}

/** @throws InputError for images that are in no folder */
export async function requireFolder(dataFolder: string): Promise<void> {
  const found = await stat(dataFolder).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new InputError(
    `Cannot read label maps: --masks must be left out unless data is a folder of images, received it with ${dataFolder}.`,
  );
}

async function realFolder(folder: string): Promise<string> {
  try {
    if ((await stat(folder)).isDirectory()) return await realpath(folder);
  } catch (error) {
    const reason = diskReason(error);
    if (reason === undefined) throw error;
    throw new InputError(`Cannot read label maps: ${WANTED}, received ${JSON.stringify(folder)}: ${reason}.`);
  }
  throw new InputError(`Cannot read label maps: ${WANTED}, received the file ${folder}.`);
}

/** Throws InputError for a `labels.json` further below, by whose names nothing would be called. */
export function refuseNamesBelow(folder: string, below: string): never {
  throw new InputError(
    `Cannot read label maps: labels.json must lie in the folder of --masks itself, received ${below}/labels.json in ${folder}.`,
  );
}

/** Throws InputError for a folder without label maps. */
export function refuseEmpty(folder: string, { skipped, others }: Walk): never {
  const [first] = skipped;
  const instead = first
    ? `files that cannot be read (first, ${first.file}: ${first.reason})`
    : others.size > 0
      ? `only other files (${describeOthers(others)})`
      : 'an empty folder';
  throw new InputError(
    `Cannot read label maps: --masks must be a folder with label maps (PNG, TIFF, NIfTI or DICOM SEG), received ${instead}: ${folder}.`,
  );
}
