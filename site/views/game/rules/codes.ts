/**
 * What a player answered, as a code short enough to be read aloud: `7K3M-9QXA`. It holds a mark of the round, a random
 * number of the player, the answers and a check character. It does not hold what the pictures were.
 *
 * The characters are Crockford's base 32: no I, L, O or U, and o, i, l are read as 0, 1, 1. The check character makes the
 * sum of all characters, each times another power of a primitive element of GF(32), zero. So every wrong character and
 * every swap of two is found. Source: Crockford, "Base 32" (2019); Peterson & Weldon, "Error-Correcting Codes" (1972).
 */
import { InputError, show } from '@onnoise/scheduler/rules';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const READ_AS: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };
const BITS = 5;

const MARK_BITS = 12;
const PLAYER_BITS = 13;
/** Marks of rounds and numbers of players are below these. */
export const MARKS = 2 ** MARK_BITS;
export const PLAYERS = 2 ** PLAYER_BITS;

/** Answers that a code of at most ten characters holds. */
export const MOST_ANSWERS = 20;

export interface Played {
  /** Of the round, 0 to MARKS - 1. */
  mark: number;
  /** Drawn at random by the player's page, 0 to PLAYERS - 1: the same answers of two players count twice. */
  player: number;
  /** One for each picture, in their order: true for synthetic. 1 to MOST_ANSWERS */
  answers: readonly boolean[];
}

/** Characters of a code, without the hyphen. */
export const lengthOfCode = (answers: number): number => dataCharacters(answers) + 1;

const dataCharacters = (answers: number) => Math.ceil((MARK_BITS + PLAYER_BITS + answers) / BITS);

/** The code, without its hyphen. */
export function encodePlayed({ mark, player, answers }: Played): string {
  let bits = (BigInt(mark) << BigInt(PLAYER_BITS)) | BigInt(player);
  for (const synthetic of answers) bits = (bits << 1n) | (synthetic ? 1n : 0n);
  const length = dataCharacters(answers.length);
  bits <<= BigInt(length * BITS - MARK_BITS - PLAYER_BITS - answers.length);
  const data = Array.from({ length }, (_, i) => Number((bits >> BigInt((length - 1 - i) * BITS)) & 31n));
  return [...data, weighted(data)].map((value) => ALPHABET[value]).join('');
}

/**
 * @param code in capitals or not, with hyphens and blanks anywhere
 * @param answers how many it should hold
 * @throws InputError with one sentence for a code that was misread or mistyped
 */
export function decodePlayed(code: string, answers: number): Played {
  const length = lengthOfCode(answers);
  const letters = plainCode(code);
  const wrong = (why: string) => new InputError(`Cannot count ${show(code.trim())}: ${why}.`);
  const odd = [...letters].find((letter) => !ALPHABET.includes(letter));
  if (odd !== undefined) throw wrong(`${show(odd)} is no character of a code`);
  if (letters.length !== length) {
    throw wrong(`a code of this round must have ${length} characters, received ${letters.length}`);
  }
  const values = Array.from(letters, (letter) => ALPHABET.indexOf(letter));
  const data = values.slice(0, -1);
  const unused = data.length * BITS - MARK_BITS - PLAYER_BITS - answers;
  let bits = 0n;
  for (const value of data) bits = (bits << BigInt(BITS)) | BigInt(value);
  if (weighted(data) !== values.at(-1) || bits & ((1n << BigInt(unused)) - 1n)) {
    throw wrong('a character is wrong or two are swapped, ask for it again');
  }
  bits >>= BigInt(unused);
  return {
    mark: Number(bits >> BigInt(PLAYER_BITS + answers)),
    player: Number((bits >> BigInt(answers)) & BigInt(PLAYERS - 1)),
    answers: Array.from({ length: answers }, (_, i) => ((bits >> BigInt(answers - 1 - i)) & 1n) === 1n),
  };
}

/** The code's characters alone, as they are compared. */
export const plainCode = (code: string): string =>
  Array.from(code.toUpperCase().replaceAll(/[\s\p{Dash}]/gu, ''), (letter) => READ_AS[letter] ?? letter).join('');

/** With a hyphen in the middle, as it is shown: `7K3M-9QXA`. */
export function showCode(code: string): string {
  const middle = Math.ceil(code.length / 2);
  return `${code.slice(0, middle)}-${code.slice(middle)}`;
}

/**
 * The codes in a text that was typed or pasted, separated by lines, commas or semicolons. Blanks separate codes only where
 * each word has the length of a code, so that `7K3M 9QXA` is one.
 */
export function codesIn(text: string, answers: number): string[] {
  const length = lengthOfCode(answers);
  return text.split(/[\n\r,;]+/).flatMap((line) => {
    const words = line.split(/\s+/).filter((word) => word !== '');
    const apart = words.length > 1 && words.every((word) => plainCode(word).length === length);
    return apart ? words : words.length > 0 ? [words.join(' ')] : [];
  });
}

/** The mark of a round: FNV-1a of a text that names it, folded. Another round has another one but once in MARKS. */
export function markOf(round: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(round)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash ^ (hash >>> MARK_BITS) ^ (hash >>> (2 * MARK_BITS))) & (MARKS - 1);
}

/** The check character's value: the sum of the characters' values, each times its power; the check has the power 0. */
function weighted(data: readonly number[]): number {
  return data.reduceRight((sum, value) => times2(sum ^ value), 0);
}

/** The product with 2 in GF(32) of x^5 + x^2 + 1, where 2 has the order 31. */
const times2 = (value: number): number => (value << 1) ^ (value & 16 ? 37 : 0);
