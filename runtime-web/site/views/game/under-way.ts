/**
 * The round being played, kept for this tab so that a reload goes on with it. It holds answers but no truths: those
 * come from the round's seed.
 */
import { keepInTab, keptInTab } from '../../state/memory.ts';
import { type Kind, PICTURES } from './plan.ts';

/** What a round's pictures depend on. */
export interface RoundKey {
  seed: number;
  steps: number;
  /** Hash of the network. */
  model: string;
  /** Id of the pool of real pictures. */
  pool: string;
}

const NAME = 'round';
const isKind = (value: unknown): value is Kind => value === 'real' || value === 'synthetic';
const wordOf = ({ seed, steps, model, pool }: RoundKey) => JSON.stringify([seed, steps, model, pool]);

export function keepRound(key: RoundKey, said: readonly Kind[]): void {
  keepInTab(NAME, JSON.stringify({ key: wordOf(key), said }));
}

export const forgetRound = (): void => keepInTab(NAME, undefined);

/** The answers given in this round before the page was loaded anew; undefined if it was not under way. */
export function keptRound(key: RoundKey): Kind[] | undefined {
  try {
    const { key: kept, said } = JSON.parse(keptInTab(NAME) ?? '{}') as { key?: unknown; said?: unknown };
    if (kept !== wordOf(key) || !Array.isArray(said) || said.length > PICTURES) return undefined;
    return said.every(isKind) ? said : undefined;
  } catch {
    return undefined;
  }
}
