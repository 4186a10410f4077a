/** The record kept in the browser: the best streak, and how often each model's pictures passed for real. */
import { read, remember } from '../../state/memory.ts';

export interface ModelRecord {
  rounds: number;
  /** Synthetic pictures shown. */
  shown: number;
  /** Those that were taken for real. */
  passed: number;
}

export interface GameRecord {
  best: number;
  /** Keyed by the first characters of the network's hash, so that a renamed model keeps its record. */
  models: Record<string, ModelRecord>;
}

const NAME = 'game';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The stored record, or a fresh one if the text is invalid. */
export function parseRecord(text: string | undefined): GameRecord {
  const record: GameRecord = { best: 0, models: {} };
  try {
    const { best, models } = JSON.parse(text ?? '{}') as Partial<GameRecord>;
    if (isCount(best)) record.best = best;
    for (const [key, model] of Object.entries(models ?? {})) {
      const { rounds, shown, passed } = model;
      if ([rounds, shown, passed].every(isCount) && passed <= shown) record.models[key] = { rounds, shown, passed };
    }
  } catch {
    // Written by something else, or cut off: start over.
  }
  return record;
}

export function addRound(record: GameRecord, key: string, round: { shown: number; passed: number }): GameRecord {
  const { rounds, shown, passed } = record.models[key] ?? { rounds: 0, shown: 0, passed: 0 };
  const model = { rounds: rounds + 1, shown: shown + round.shown, passed: passed + round.passed };
  return { ...record, models: { ...record.models, [key]: model } };
}

export const readRecord = (): GameRecord => parseRecord(read(NAME));

export const writeRecord = (record: GameRecord): void => remember(NAME, JSON.stringify(record));
