/** The files that a DICOMDIR lists (PS3.10 and PS3.3 annex F), as those of a disc or an export have one. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diskReason } from '@onnoise/base/files';
import type { ImageFile, Skipped, Walk } from '@onnoise/base/folders';
import { InputError } from '@onnoise/scheduler/rules';
import { loadMedical } from './medical.ts';

/**
 * Lists the images of a DICOMDIR, in its order. Files that it names and that are not there are skipped.
 * @throws InputError where it cannot be read
 */
export async function walkDicomdir(path: string): Promise<Walk> {
  const folder = dirname(path);
  const images: ImageFile[] = [];
  const skipped: Skipped[] = [];
  const names = namesBelow();
  for (const id of new Set(await imagesOf(path))) {
    const parts = id.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..')) {
      skipped.push({ file: id, reason: 'the DICOMDIR names it in a way that leads elsewhere' });
      continue;
    }
    const found = names(folder, parts);
    const file = found === undefined ? undefined : statSync(join(folder, found), { throwIfNoEntry: false });
    if (found === undefined || file === undefined) {
      skipped.push({ file: id, reason: 'missing: the DICOMDIR names it, but it is not there' });
      continue;
    }
    images.push({ path: found, bytes: file.size, modified: file.mtimeMs });
  }
  return { images, skipped, others: new Map(), own: [] };
}

/** The files of the records of images, with forward slashes. */
async function imagesOf(path: string): Promise<string[]> {
  const { parseDicom, TAG } = await loadMedical();
  try {
    const { data } = parseDicom(readFileSync(path));
    const records = data.elements[TAG.directoryRecords]?.items;
    if (records === undefined) throw new Error('it lists no files');
    return records.flatMap(({ dataSet }) => {
      const file = dataSet?.string(TAG.referencedFile)?.trim();
      const isImage = dataSet?.string(TAG.recordType)?.trim() === 'IMAGE';
      return isImage && file
        ? [
            file
              .split('\\')
              .map((part) => part.trim())
              .join('/'),
          ]
        : [];
    });
  } catch (error) {
    const reason = diskReason(error) ?? (error as Error).message;
    throw new InputError(`Cannot prepare images: the DICOMDIR must list DICOM files, received ${path}: ${reason}.`);
  }
}

/** Finds a path as it is written on the disk: discs are copied in small letters too. */
function namesBelow() {
  const listed = new Map<string, string[]>();
  const list = (folder: string): string[] => {
    const known = listed.get(folder);
    if (known) return known;
    let names: string[] = [];
    try {
      names = readdirSync(folder);
    } catch {
      // a file, or not there: it has nothing below it
    }
    listed.set(folder, names);
    return names;
  };
  return (root: string, parts: readonly string[]): string | undefined => {
    const found: string[] = [];
    for (const part of parts) {
      const names = list(join(root, ...found));
      const name = names.includes(part) ? part : names.find((other) => other.toLowerCase() === part.toLowerCase());
      if (name === undefined) return undefined;
      found.push(name);
    }
    return found.join('/');
  };
}
