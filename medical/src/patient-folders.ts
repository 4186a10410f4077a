/**
 * Whether folders are named after patients, as exports of hospitals have them. Such names must not become classes, which
 * are written into runs and models.
 */
import { parseBeginning } from './dicom/parse.ts';
import { TAG } from './dicom/tags.ts';

/** Shorter parts of a name occur in other words. */
const SHORTEST = 3;

/** @param head the first bytes of a DICOM file in the folder */
export function namesPatient(folder: string, head: Uint8Array): boolean {
  const data = parseBeginning(head);
  if (data === undefined) return false;
  const words = new Set(wordsOf(folder));
  const told = [TAG.patientName, TAG.patientId].flatMap((tag) => wordsOf(data.string(tag) ?? ''));
  return told.some((word) => word.length >= SHORTEST && words.has(word));
}

/** In small letters, without accents: `Müller^Eva` is `muller`, `eva`. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
