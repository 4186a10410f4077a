/** The files of an evaluation: checked before the work, written after it, and a folder made for nothing removed again. */
import { join, relative, resolve, sep } from 'node:path';
import type { Evaluation, ReportPictures } from '../../evaluate/report/types.ts';
import { EVALUATION_FILE, type WrittenReport, writeReport } from '../../evaluate/report/write.ts';
import { checkWritable, nearestFolder, removeEmpty } from '../../files/output.ts';

export interface EvaluationFiles {
  write(evaluation: Evaluation, pictures: ReportPictures): Promise<WrittenReport & { card?: string }>;
  /** After work that failed, too. */
  close(): Promise<void>;
}

/**
 * @param model the model folder, if it gets the figures too
 * @throws InputError where they cannot be written
 */
export async function openFiles(out: string, model: string | undefined): Promise<EvaluationFiles> {
  const lowest = resolve(out);
  const there = await nearestFolder(lowest);
  const [made] = relative(there, lowest).split(sep);
  await checkWritable('--out', out, 'folder');
  if (model !== undefined) {
    for (const name of [EVALUATION_FILE, 'README.md']) {
      await checkWritable('the model folder', join(model, name), 'file', 'With --no-card nothing is written there.');
    }
  }
  return {
    write: async (evaluation, pictures) => writeReport(evaluation, pictures, out),
    close: async () => {
      if (made) await removeEmpty(lowest, join(there, made));
    },
  };
}
