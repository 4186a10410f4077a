/**
 * What the browser keeps: the record, which is the best streak and how often each model's pictures passed for real; and, for
 * this tab alone, the round being played, so that a reload goes on with it. That holds answers but no truths: those come from
 * the round's seed.
 */
import { keepInTab, keptInTab, read, remember, whenChanged } from '../../../state/memory.ts';
import type { Said } from '../rules/game.ts';
import type { Confusion } from '../rules/score.ts';

/** All rounds against a model. */
interface ModelRecord {
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

interface GameRecord {
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

/** Changes the record and keeps it, with what other tabs have added meanwhile. @param known the record where none is kept */
export function updateRecord(known: GameRecord, change: (now: GameRecord) => GameRecord): GameRecord {
  const kept = read(NAME);
  const next = change(kept === undefined ? known : parseRecord(kept));
  remember(NAME, JSON.stringify(next));
  return next;
}

/** Calls back with the record when another tab adds to it. */
export const followRecord = (then: (now: GameRecord) => void): void => whenChanged(NAME, () => then(readRecord()));

/** Whether a round was played to its end. */
export const hasPlayed = ({ models }: GameRecord): boolean => Object.values(models).some(({ rounds }) => rounds > 0);

/** The answers of all rounds against a model. */
export const confusionOf = ({ shown, passed, reals, doubted }: ModelRecord): Confusion => ({
  real: { real: reals - doubted, synthetic: doubted },
  synthetic: { real: passed, synthetic: shown - passed },
});

const ROUND = 'round';

/** @param key of all that the round's pictures depend on */
export function keepRound(key: string, answers: readonly Said[]): void {
  const said = answers.map(({ said, reason }) => ({ said, reason }));
  keepInTab(ROUND, JSON.stringify({ key, said }));
}

export const forgetRound = (): void => keepInTab(ROUND, undefined);

/** The answers given in this round before the page was loaded anew; undefined if it was not under way. */
export function keptRound(key: string): Said[] | undefined {
  const kept = JSON.parse(keptInTab(ROUND) ?? '{}') as { key?: string; said?: Said[] };
  return kept.key === key ? kept.said : undefined;
}
