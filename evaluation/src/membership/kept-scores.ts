/** Scores on disk: what was computed once is not computed again, unless what it depends on has changed. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { diskFailure, writeWhole } from '@onnoise/base/files';

const FORMAT = 1;

interface Kept {
  format: typeof FORMAT;
  key: string;
  scores: number[];
}

/** Of everything that the scores depend on. */
export const keyOf = (...parts: unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** undefined where there are none, or they are of something else, or broken. */
export async function readScores(path: string, key: string, count: number): Promise<Float64Array | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw diskFailure(error, `read ${path}`);
  });
  if (text === undefined) return undefined;
  try {
    const kept = JSON.parse(text) as Kept;
    const whole = kept.format === FORMAT && kept.key === key && kept.scores.length === count;
    return whole && kept.scores.every(Number.isFinite) ? Float64Array.from(kept.scores) : undefined;
  } catch {
    return undefined; // not JSON: computed again
  }
}

export function writeScores(path: string, key: string, scores: Float64Array): Promise<void> {
  const kept: Kept = { format: FORMAT, key, scores: Array.from(scores) };
  return writeWhole(path, `${JSON.stringify(kept)}\n`);
}
