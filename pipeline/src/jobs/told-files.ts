/** The masks or pictures of a job's order: `<folder>/<id>/told/<hash>` each, class numbers or values as they lie in memory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeWhole } from '@onnoise/base/files';
import type { ConditionImages } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { bytesOfTold, hashOfTold } from '../bulk/told.ts';

const folderOf = (folder: string, id: string) => join(folder, id, 'told');

/** @throws Failure where the disk does not take them */
export async function keepTold(folder: string, id: string, images: readonly ConditionImages[]): Promise<void> {
  if (images.length === 0) return;
  await makeFolder(folderOf(folder, id));
  const kept = new Map(images.map((image) => [hashOfTold(image), image]));
  for (const [hash, image] of kept) await writeWhole(join(folderOf(folder, id), hash), bytesOfTold(image));
}

/**
 * @param isMask whether it is class numbers
 * @throws InputError where the file is gone, or is another by now
 */
export async function readTold(
  folder: string,
  { id, hash, isMask }: { id: string; hash: string; isMask: boolean },
): Promise<ConditionImages> {
  const path = join(folderOf(folder, id), hash);
  const bytes = await readFile(path).catch(() => undefined);
  const image = bytes && (isMask ? Uint8Array.from(bytes) : new Float32Array(Uint8Array.from(bytes).buffer));
  if (image && hashOfTold(image) === hash) return image;
  const what = bytes ? 'another than was kept' : 'gone';
  throw new InputError(`Cannot go on with the job: what its network is told, ${path}, is ${what}.`);
}
