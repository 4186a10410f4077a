/**
 * What a file has in common with others: its patient, and its study. Pictures of one patient are alike, so they are held
 * out together. The names given here are hashes, which only compare files of one set while it is read; the cache keeps
 * numbers in their place, and nothing of the file.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { DataSet } from 'dicom-parser';
import { TAG } from './tags.ts';

/** Of this process, so that no hash can be compared with one made elsewhere. */
const KEY = randomBytes(32);

const hashed = (...parts: string[]) => createHmac('sha256', KEY).update(JSON.stringify(parts)).digest('base64');

/**
 * From the widest to the narrowest: patient, study. Empty texts where the file does not say. A patient is known by the ID;
 * the name, which is spelled in more than one way, counts where there is none.
 */
export function groupsOf(data: DataSet): string[] {
  const text = (tag: string) => data.string(tag)?.trim() ?? '';
  const [id, name, study] = [text(TAG.patientId), text(TAG.patientName), text(TAG.study)];
  const patient = id !== '' ? hashed('id', id) : name !== '' ? hashed('name', name) : '';
  return [patient, study === '' ? '' : hashed('study', study)];
}
