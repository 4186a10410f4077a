/**
 * `metrics.jsonl`: one JSON object a line for every reported step. On resume the lines after the checkpoint's step are
 * cut off, so that no step is there twice.
 */
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';

export interface Metrics {
  /** Updates done, from 1. */
  step: number;
  epoch: number;
  loss: number;
  gradNorm: number;
  learningRate: number;
  imagesPerSecond: number;
  /** Seconds of training so far, stops not counted. */
  seconds: number;
  /** Resident memory of the process in MiB. */
  memory: number;
  /** Of the held-out images with the EMA weights, where it was measured at this step. */
  validationLoss?: number;
}

export async function appendMetrics(path: string, lines: readonly Metrics[]): Promise<void> {
  if (lines.length > 0) await appendFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** All whole lines; a line cut short by a kill is left out. Empty when there is no file. */
export async function readMetrics(path: string): Promise<Metrics[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Metrics];
    } catch {
      return [];
    }
  });
}

/** Keeps the lines up to `step` and returns them. */
export async function truncateMetrics(path: string, step: number): Promise<Metrics[]> {
  const kept = (await readMetrics(path)).filter((line) => line.step <= step);
  const temporary = `${path}.tmp`;
  await writeFile(temporary, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await rename(temporary, path);
  return kept;
}
