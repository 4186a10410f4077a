/**
 * The round being played, kept for this tab so that a reload goes on with it. It holds answers but no truths: those
 * come from the round's seed.
 */
import { keepInTab, keptInTab } from '../../../state/memory.ts';
import type { Said } from '../rules/game.ts';
import { MOST_PICTURES } from '../rules/plan.ts';

/** What a round's pictures depend on. */
export interface RoundKey {
  seed: number;
  steps: number;
  pictures: number;
  /** Hash of the network. */
  model: string;
  /** Id of the pool of real pictures. */
  pool: string;
}

const NAME = 'round';
const wordOf = ({ seed, steps, pictures, model, pool }: RoundKey) =>
  JSON.stringify([seed, steps, pictures, model, pool]);

function isSaid(value: unknown): value is Said {
  const { said, reason } = (value ?? {}) as Partial<Said>;
  return (said === 'real' || said === 'synthetic') && (reason === undefined || typeof reason === 'string');
}

export function keepRound(key: RoundKey, answers: readonly Said[]): void {
  const said = answers.map(({ said, reason }) => ({ said, reason }));
  keepInTab(NAME, JSON.stringify({ key: wordOf(key), answers: said }));
}

export const forgetRound = (): void => keepInTab(NAME, undefined);

/** The answers given in this round before the page was loaded anew; undefined if it was not under way. */
export function keptRound(key: RoundKey): Said[] | undefined {
  try {
    const kept = JSON.parse(keptInTab(NAME) ?? '{}') as Record<string, unknown>;
    const { answers } = kept;
    if (kept.key !== wordOf(key) || !Array.isArray(answers) || answers.length > MOST_PICTURES) return undefined;
    return answers.every(isSaid) ? answers : undefined;
  } catch {
    return undefined;
  }
}
