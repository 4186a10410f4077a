/** Which kind of source `--data` names. */
import { existsSync, statSync } from 'node:fs';
import { InputError, refuse } from '@onnoise/scheduler';
import { openCsv } from './csv.ts';
import { openDigits } from './digits.ts';
import { openFolder } from './folder.ts';
import { findIdxImages, openIdx } from './idx.ts';
import type { PrepareOptions, Source } from './types.ts';

const CHOICES = '"digits", a folder of images, or IDX files';

/**
 * `digits` is the built-in set (`./digits` a folder of that name); a folder with a CSV is read by the CSV; a folder with an IDX
 * file, or such a file, is read as IDX; any other folder is walked for images.
 */
export async function openSource({ data, csv, labelColumn }: PrepareOptions): Promise<Source> {
  if (labelColumn !== undefined && csv === undefined) {
    throw new InputError(
      `Cannot prepare images: csv must be given with label-column, received label-column "${labelColumn}" alone.`,
    );
  }
  const alone = (kind: string) => {
    if (csv !== undefined)
      refuse('prepare images', 'csv', `left out when data is ${kind}, which has its own labels`, csv);
  };
  if (data === 'digits') {
    alone('"digits"');
    return openDigits();
  }
  if (!existsSync(data)) refuse('prepare images', 'data', `${CHOICES} that exist`, data);
  const folder = statSync(data).isDirectory();
  if (folder && csv !== undefined) return openCsv(data, csv, labelColumn);
  const idx = await findIdxImages(data);
  if (idx !== undefined) {
    alone('IDX files');
    return openIdx(idx);
  }
  if (!folder) refuse('prepare images', 'data', CHOICES, data);
  return openFolder(data);
}
