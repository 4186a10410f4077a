/** A run to a model folder, with its progress. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lockBeside, withLock } from '@onnoise/base/files';
import { sayNote, withProgress } from '@onnoise/base/terminal';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import type { ExportOptions } from '../../export/export.ts';

export type ExportedFolder = Omit<ExportOptions, 'onProgress'>;

/** Two exports into one folder would overwrite each other, so a second one is refused while the first runs. */
export async function exportFolder({ run, out, ...options }: ExportedFolder) {
  const [{ exportRun }, { checkArtefactTarget }] = await Promise.all([
    import('../../export/export.ts'),
    import('@onnoise/training/folder'),
  ]);
  await checkArtefactTarget(out);
  const evaluated = existsSync(join(out, MODEL_FILES.evaluation));
  const { parity, step, bytes, autoencoder, notes } = await withLock(lockBeside(out), wordsOf(out), () =>
    withProgress('Exporting', { unit: 'stages' }, (onProgress) => exportRun({ run, out, ...options, onProgress })),
  );
  for (const note of notes) sayNote(note);
  if (evaluated) sayNote('The evaluation of the previous model was removed with it. Evaluate this one.');
  return { run, folder: out, step, bytes, parity, autoencoder };
}

export const wordsOf = (out: string) => ({ action: `export to ${out}`, doing: 'is exporting there' });
