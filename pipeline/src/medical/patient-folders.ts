/**
 * Whether folders are named after patients, as exports of hospitals have them. Such names must not become classes, which
 * are written into runs and models.
 */
import { join } from 'node:path';
import { isDicom, kindByName } from '../pictures/kinds.ts';
import { headOf } from './count-frames.ts';
import { parseBeginning } from './dicom/parse.ts';
import { TAG } from './dicom/tags.ts';

/** Shorter parts of a name occur in other words. */
const SHORTEST = 3;

/** @param paths of images below `folder` @param classes the folder of each */
export async function namePatients(
  folder: string,
  paths: readonly string[],
  classes: readonly string[],
): Promise<boolean> {
  const first = new Map<string, string>();
  for (const [i, name] of classes.entries()) if (!first.has(name)) first.set(name, paths[i]!);
  for (const [name, path] of first) {
    if (await namesPatientOf(name, join(folder, path), kindByName(path))) return true;
  }
  return false;
}

async function namesPatientOf(name: string, path: string, kind: string | undefined): Promise<boolean> {
  if (kind !== 'dicom' && kind !== undefined) return false;
  const head = await headOf(path).catch(() => new Uint8Array());
  const data = isDicom(head) ? parseBeginning(head) : undefined;
  if (data === undefined) return false;
  const words = new Set(wordsOf(name));
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
