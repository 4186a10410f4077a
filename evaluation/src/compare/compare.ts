/** Compares runs, models and evaluations, and writes one HTML file. */
import { readFile } from 'node:fs/promises';
import { diskFailure, isWithin, writeWhole } from '@onnoise/base/files';
import { formatPath } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import { generatorOf } from '../report/document.ts';
import type { Kind, Side } from './folders.ts';
import { finalLoss, formatComparison } from './page.ts';

/** A comparison says who wrote it within so many bytes. */
const HEAD = 2000;

/**
 * Call it before the work.
 * @param folders that are compared
 * @throws InputError for a file that would be lost: a report of one of the folders, or any page that is no comparison
 */
export async function requireNoOther(out: string, folders: readonly string[]): Promise<void> {
  const page = await readFile(out).catch((error: NodeJS.ErrnoException) => {
    // What is no file is for others to refuse.
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(error.code ?? '')) return undefined;
    throw diskFailure(error, `read ${out}`);
  });
  if (page === undefined || page.subarray(0, HEAD).includes(generatorOf('compare'))) return;
  const owned = await Promise.all(folders.map((folder) => isWithin(out, folder)));
  const owner = folders.find((_, i) => owned[i]);
  const whose = owner === undefined ? 'another page' : `a file of ${formatPath(owner)}`;
  throw new InputError(
    `Cannot compare: --out must be a new file or an earlier comparison, received ${formatPath(out)}, which is ${whose}.`,
  );
}

/** A folder in figures, for programs. null is what it does not have. */
interface SideFigures {
  name: string;
  kind: Kind;
  steps: number | null;
  /** Smoothed, at the end. */
  loss: number | null;
  heldOutLoss: number | null;
  /** The model's values by the measures' keys. */
  measures: Record<string, number> | null;
  memorisation: string | null;
}

export async function writeComparison(sides: readonly Side[], out: string): Promise<void> {
  await writeWhole(out, await formatComparison(sides));
}

export function figuresOf(side: Side): SideFigures {
  const { name, kind, metrics, validation, evaluation } = side;
  return {
    name,
    kind,
    steps: metrics.at(-1)?.step ?? null,
    loss: finalLoss(side) ?? null,
    heldOutLoss: validation.at(-1)?.loss ?? null,
    measures: evaluation ? Object.fromEntries(evaluation.measures.map(({ id, model }) => [id, model.value])) : null,
    memorisation: evaluation?.memorisation?.verdict ?? null,
  };
}
