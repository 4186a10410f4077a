/** The record kept in the browser: the best streak, and how often each model's pictures passed for real. */
import { read, remember, whenChanged } from '../../../state/memory.ts';
import type { Confusion } from '../rules/chance.ts';

/** All rounds against a model. */
export interface ModelRecord {
  rounds: number;
  /** Synthetic pictures shown. */
  shown: number;
  /** Those that were taken for real. */
  passed: number;
  /** Real pictures shown. */
  reals: number;
  /** Those that were taken for synthetic. */
  doubted: number;
}

export interface GameRecord {
  best: number;
  /** Keyed by the first characters of the network's hash, so that a renamed model keeps its record. */
  models: Record<string, ModelRecord>;
}

const NAME = 'game';
const NOTHING: ModelRecord = { rounds: 0, shown: 0, passed: 0, reals: 0, doubted: 0 };
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The stored record, or a fresh one if the text is invalid. */
export function parseRecord(text: string | undefined): GameRecord {
  const record: GameRecord = { best: 0, models: {} };
  try {
    const { best, models } = JSON.parse(text ?? '{}') as Partial<GameRecord>;
    if (isCount(best)) record.best = best;
    for (const [key, model] of Object.entries(models ?? {})) {
      if (!isCount(model?.shown)) continue;
      const { rounds, shown, passed, reals, doubted } = { ...NOTHING, ...model }; // the last two were not always kept
      const counts = [rounds, shown, passed, reals, doubted].every(isCount);
      if (counts && passed <= shown && doubted <= reals) record.models[key] = { rounds, shown, passed, reals, doubted };
    }
  } catch {
    // Written by something else, or cut off: start over.
  }
  return record;
}

/** Adds a finished round. */
export function addRound(record: GameRecord, key: string, { real, synthetic }: Confusion): GameRecord {
  const { rounds, shown, passed, reals, doubted } = record.models[key] ?? NOTHING;
  const model = {
    rounds: rounds + 1,
    shown: shown + synthetic.real + synthetic.synthetic,
    passed: passed + synthetic.real,
    reals: reals + real.real + real.synthetic,
    doubted: doubted + real.synthetic,
  };
  return { ...record, models: { ...record.models, [key]: model } };
}

export const readRecord = (): GameRecord => parseRecord(read(NAME));

/** Changes the record and keeps it, with what other tabs have added meanwhile. */
export function updateRecord(known: GameRecord, change: (now: GameRecord) => GameRecord): GameRecord {
  const next = change(mergeRecords(known, readRecord()));
  remember(NAME, JSON.stringify(next));
  return next;
}

/** Calls back with the record when another tab adds to it. */
export const followRecord = (then: (now: GameRecord) => void): void => whenChanged(NAME, () => then(readRecord()));

/** Of two states of one record: the longer streak, and of each model the state with more rounds. */
export function mergeRecords(a: GameRecord, b: GameRecord): GameRecord {
  const models = { ...a.models };
  for (const [key, model] of Object.entries(b.models)) {
    if (model.rounds > (models[key]?.rounds ?? -1)) models[key] = model;
  }
  return { best: Math.max(a.best, b.best), models };
}

/** Whether a round was played to its end. */
export const hasPlayed = ({ models }: GameRecord): boolean => Object.values(models).some(({ rounds }) => rounds > 0);

/** The answers of all rounds against a model. */
export const confusionOf = ({ shown, passed, reals, doubted }: ModelRecord): Confusion => ({
  real: { real: reals - doubted, synthetic: doubted },
  synthetic: { real: passed, synthetic: shown - passed },
});
