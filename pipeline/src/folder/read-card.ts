/** Reads back from a model card what `formatModelCard` wrote of the images: which they were, and how they were prepared. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { diskFailure } from '../files/disk-errors.ts';

export interface TrainedOn {
  /** SHA-256 (hex) of the images, as `Dataset.hash`. */
  hash: string;
  /** The settings of the section `data`; those of older versions may lack some. */
  data: Readonly<Record<string, unknown>>;
  /** Of the split into images to train on and images held out. */
  seed: unknown;
  /** What training started from, as `--init` named it. Absent: random weights. */
  start?: string | undefined;
}

/**
 * undefined for a folder without a card, and for a card that others wrote.
 * @throws as {@link diskFailure} does for a card that cannot be read
 */
export async function readTrainedOn(folder: string): Promise<TrainedOn | undefined> {
  const path = join(folder, MODEL_FILES.card);
  const card = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw diskFailure(error, `read ${path}`);
  });
  const hash = /^- hash: `([0-9a-f]{64})`$/m.exec(card)?.[1];
  const config = trainingConfigOf(card);
  if (hash === undefined || config === undefined) return undefined;
  const { data, training } = config as { data?: object; training?: { seed?: unknown; init?: unknown } };
  const { seed, init } = training ?? {};
  return { hash, data: { ...data }, seed, ...(typeof init === 'string' && { start: init }) };
}

/** The configuration of the training run; undefined for a card that others wrote. */
export function trainingConfigOf(card: string): object | undefined {
  const text = /^## Training$[\s\S]*?^```json\r?\n([\s\S]*?)^```$/m.exec(card)?.[1];
  try {
    const config: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof config === 'object' && config !== null ? config : undefined;
  } catch {
    return undefined;
  }
}
