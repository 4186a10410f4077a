/** The codes that were entered for a round, each once, kept in the browser so that a reload loses none. */
import { InputError } from '@onnoise/scheduler/rules';
import { sentence } from '../../../state/loader.ts';
import { read, remember } from '../../../state/memory.ts';
import { codesIn, decodePlayed, encodePlayed, markOf, showCode } from '../rules/codes.ts';
import type { Answers } from './tally.ts';

/** What codes must fit. */
export interface RoundOfCodes {
  /** As `nameOfRound` gives it. */
  name: string;
  pictures: number;
}

export interface Entered {
  /** Codes that count, without hyphens, in the order of their entry. */
  roll: string[];
  /** How many of the text's codes are new on it. */
  added: number;
  /** A sentence for each code that does not count. */
  refused: string[];
}

/** Adds the codes of a text that was typed or pasted. */
export function enter(text: string, roll: readonly string[], round: RoundOfCodes): Entered {
  const codes = codesIn(text, round.pictures);
  const now = [...roll];
  const refused: string[] = [];
  for (const typed of codes) {
    try {
      now.push(newCode(typed, now, round));
    } catch (error) {
      refused.push(sentence(error));
    }
  }
  return { roll: now, added: now.length - roll.length, refused };
}

/** The code as it is kept. @throws InputError for one that does not count */
function newCode(typed: string, roll: readonly string[], { name, pictures }: RoundOfCodes): string {
  const played = decodePlayed(typed, pictures);
  const code = encodePlayed(played);
  if (played.mark !== markOf(name)) {
    throw new InputError(`Cannot count ${showCode(code)}: it is a code of another round.`);
  }
  if (roll.includes(code)) throw new InputError(`${showCode(code)} is counted already: each code counts once.`);
  return code;
}

export const answersOf = (roll: readonly string[], pictures: number): Answers[] =>
  roll.map((code) => decodePlayed(code, pictures).answers);

const NAME = 'class';
/** Rounds whose codes are kept. */
const MOST = 10;

export function keptRoll(round: RoundOfCodes): string[] {
  const kept = keptRolls().find(([name]) => name === round.name)?.[1] ?? [];
  return enter(kept.join('\n'), [], round).roll;
}

export function keepRoll(round: RoundOfCodes, roll: readonly string[]): void {
  const others = keptRolls().filter(([name]) => name !== round.name);
  remember(NAME, JSON.stringify([[round.name, roll], ...others].slice(0, MOST)));
}

/** The newest first. */
function keptRolls(): [name: string, roll: string[]][] {
  try {
    const kept: unknown = JSON.parse(read(NAME) ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept.filter(
      (one) =>
        Array.isArray(one) &&
        typeof one[0] === 'string' &&
        Array.isArray(one[1]) &&
        one[1].every((code) => typeof code === 'string'),
    );
  } catch {
    return [];
  }
}
