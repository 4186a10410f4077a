/** The files of an evaluation: checked before the work, written after it, and a folder made for nothing removed again. */
import { join, relative, resolve, sep } from 'node:path';
import { checkWritable, isWithin, nearestFolder, placeOf, removeEmpty, takeLock } from '@onnoise/base/files';
import { formatPath } from '@onnoise/base/text';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { checkCard, writeCard } from './card.ts';
import { isStale } from './facts.ts';
import type { Evaluation, ReportPictures } from './types.ts';
import { EVALUATION_FILE, REPORT_FILE, type WrittenReport, writeReport } from './write.ts';

const LOCK = '.evaluation.lock';

interface EvaluationFiles {
  /**
   * Figures of another network than the model folder has now stay out of it: then there is a `note` in place of `card`.
   * @throws InputError where that folder is `out`, too
   */
  write(
    evaluation: Evaluation,
    pictures: ReportPictures,
  ): Promise<{ written: WrittenReport & { card?: string }; note?: string }>;
  /** After work that failed, too. */
  close(): Promise<void>;
}

/** @throws InputError where results would lie in a model folder that is to stay as it is */
export async function requireApart(out: string, model: string): Promise<void> {
  if (!(await isWithin(out, model))) return;
  throw new InputError(
    `Cannot evaluate ${model}: --out must lie outside the model folder with --no-card, received ${JSON.stringify(out)}.`,
  );
}

/**
 * @param model the model folder, if it gets the figures too
 * @throws InputError where they cannot be written
 */
export async function openFiles(out: string, model: string | undefined): Promise<EvaluationFiles> {
  // First, because it makes nothing.
  if (model !== undefined) await checkCard(model);
  const lowest = resolve(out);
  const there = await nearestFolder(lowest);
  const [made] = relative(there, lowest).split(sep);
  const releases: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const release of releases) await release();
    if (made) await removeEmpty(lowest, join(there, made));
  };
  try {
    await checkWritable('--out', out, 'folder');
    for (const file of [EVALUATION_FILE, REPORT_FILE]) {
      await checkWritable(`${file} in --out`, join(out, file), 'file');
    }
    // One evaluation at a time: of two, files of both would be left.
    for (const folder of new Set([lowest, ...(model === undefined ? [] : [resolve(model)])])) {
      const words = { action: `write the evaluation to ${formatPath(folder)}`, doing: 'is writing there' };
      releases.push(await takeLock(join(folder, LOCK), words));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async write(evaluation, pictures) {
      if (model === undefined) return { written: await writeReport(evaluation, pictures, out) };
      if ((await isStale(evaluation, model)) && (await placeOf(out)) === (await placeOf(model))) {
        throw new InputError(
          `Cannot write the evaluation to ${formatPath(out)}: its network must be the one that was measured, another took its place. Name another folder with --out.`,
        );
      }
      const written = await writeReport(evaluation, pictures, out);
      if (await isStale(evaluation, model)) {
        const note = `${formatPath(model)} gets no figures: another network took the place of the one that was measured.`;
        return { written, note };
      }
      await writeCard(evaluation, model);
      return { written: { ...written, card: join(model, MODEL_FILES.card) } };
    },
    close,
  };
}
