/**
 * The numbers of a run as JSON lines: `metrics.jsonl` for every step, `validation.jsonl` for the held-out images.
 * On resume the lines after the checkpoint's step are cut off, so that no step appears twice.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { diskFailure, writeWhole } from '@onnoise/base/files';

/** A line of `metrics.jsonl`. */
export interface StepMetrics {
  /** Updates done, from 1. */
  step: number;
  epoch: number;
  loss: number;
  gradNorm: number;
  lr: number;
  imagesPerSecond: number;
  /** Seconds of training so far, without the stops. */
  seconds: number;
  /** Resident memory of the process in MiB. */
  memory: number;
  /** Of a private run: epsilon spent until then, or a little more. */
  epsilon?: number;
}

/** A line of `validation.jsonl`. */
export interface ValidationMetrics {
  step: number;
  /** Of the averaged weights on held-out images. */
  loss: number;
  /** Of an autoencoder: see autoencoder/quality.ts. */
  psnr?: number;
  msSsim?: number;
  detail?: number;
}

export async function appendLine(path: string, line: { step: number }): Promise<void> {
  await appendFile(path, `${JSON.stringify(line)}\n`);
}

/**
 * All whole lines. Empty if there is no file.
 * @param onDamaged called for what is no line of numbers, by its number from 1; not for a last one that a kill cut short
 */
export async function readLines<T extends { step: number }>(
  path: string,
  onDamaged?: (line: number, text: string) => void,
  keys: readonly (keyof T)[] = ['step'],
): Promise<T[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw diskFailure(error, `read ${path}`);
  });
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    const read = readLine<T>(line, keys);
    const cut = i === lines.length - 1 && line.startsWith('{');
    if (!read && !cut && line.trim() !== '') onDamaged?.(i + 1, line);
    return read ? [read] : [];
  });
}

function readLine<T>(line: string, keys: readonly (keyof T)[]): T | undefined {
  try {
    const read = JSON.parse(line);
    return keys.every((key) => Number.isFinite(read?.[key])) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the lines up to `step` and returns them; 0 empties the file. */
export async function cutLines<T extends { step: number }>(path: string, step: number): Promise<T[]> {
  const kept = (await readLines<T>(path)).filter((line) => line.step <= step);
  await writeWhole(path, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return kept;
}
