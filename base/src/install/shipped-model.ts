/**
 * The model that commands sample where none is named: `models/digits` of the repository, and elsewhere the same folder in the
 * package `@onnoise/model-digits`, which comes with `onnoise`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installedFolder } from './installed-version.ts';

/** What the help says; a name that works everywhere. */
export const DIGITS = 'models/digits';

/** The folder of a model: what was named, but for the shipped model where the working directory has no such folder. */
export function modelFolder(named: string): string {
  if (named !== DIGITS || existsSync(named)) return named;
  const folder = installedFolder('@onnoise/model-digits');
  const packed = folder && join(folder, 'dist', 'digits');
  return packed !== undefined && existsSync(packed) ? packed : named;
}
