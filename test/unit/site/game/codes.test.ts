import { InputError } from '@onnoise/scheduler/rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codesIn,
  decodePlayed,
  encodePlayed,
  lengthOfCode,
  MARKS,
  MOST_ANSWERS,
  markOf,
  PLAYERS,
  type Played,
  plainCode,
  showCode,
} from '#site/views/game/rules/codes.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const played = fc.record({
  mark: fc.integer({ min: 0, max: MARKS - 1 }),
  player: fc.integer({ min: 0, max: PLAYERS - 1 }),
  answers: fc.array(fc.boolean(), { minLength: 1, maxLength: MOST_ANSWERS }),
});
const refused = (code: string, answers: number) => expect(() => decodePlayed(code, answers), code).toThrow(InputError);
const example: Played = {
  mark: 0xabc,
  player: 4711,
  answers: [true, false, false, true, true, false, true, false, true, true],
};

describe('a code', () => {
  it('gives back what was played, whatever the answers', () => {
    fc.assert(
      fc.property(played, (one) => {
        expect(decodePlayed(encodePlayed(one), one.answers.length)).toEqual(one);
      }),
    );
  });

  it('gives back each of the 1,024 answers to ten pictures, and no two have one code', () => {
    const codes = Array.from({ length: 1024 }, (_, set) => {
      const answers = Array.from({ length: 10 }, (_, i) => ((set >> i) & 1) === 1);
      const code = encodePlayed({ ...example, answers });
      expect(decodePlayed(code, 10)).toEqual({ ...example, answers });
      return code;
    });
    expect(new Set(codes).size).toBe(1024);
  });

  it('keeps these characters for these answers, so that pages of two versions agree', () => {
    expect(encodePlayed(example)).toMatchInlineSnapshot(`"NF4K7KBQ"`);
  });

  it('has 8 characters for ten pictures and 10 for twenty', () => {
    expect([6, 10, 15, 20].map(lengthOfCode)).toEqual([8, 8, 9, 10]);
  });

  it('is refused with any one character changed', () => {
    fc.assert(
      fc.property(played, (one) => {
        const code = encodePlayed(one);
        for (let at = 0; at < code.length; at++) {
          for (const letter of ALPHABET) {
            if (letter === code[at]) continue;
            refused(code.slice(0, at) + letter + code.slice(at + 1), one.answers.length);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is refused with any two characters swapped, neighbours or not', () => {
    fc.assert(
      fc.property(played, (one) => {
        const code = encodePlayed(one);
        for (let a = 0; a < code.length; a++) {
          for (let b = a + 1; b < code.length; b++) {
            if (code[a] === code[b]) continue;
            const letters = [...code];
            [letters[a], letters[b]] = [letters[b]!, letters[a]!];
            refused(letters.join(''), one.answers.length);
          }
        }
      }),
    );
  });

  it('is refused with a character missing or too many, and says how many there must be', () => {
    const code = encodePlayed(example);
    expect(() => decodePlayed(code.slice(1), 10)).toThrow(
      `Cannot count "${code.slice(1)}": a code of this round must have 8 characters, received 7.`,
    );
    refused(`${code}0`, 10);
    refused('', 10);
    expect(() => decodePlayed('7K3U-9QXA', 10)).toThrow('"U" is no character of a code');
  });

  it('may be typed in small letters, with blanks and dashes, and with the letters that look like digits', () => {
    const zero = encodePlayed({ mark: 1, player: 0, answers: Array(10).fill(false) });
    expect(zero).toContain('0');
    for (const typed of [
      zero.toLowerCase(),
      showCode(zero),
      ` ${zero.slice(0, 4)} – ${zero.slice(4)} `,
      zero.replaceAll('0', 'O').replaceAll('1', 'l'),
      zero.replaceAll('0', 'o').replaceAll('1', 'I'),
    ]) {
      expect(decodePlayed(typed, 10), typed).toEqual(decodePlayed(zero, 10));
      expect(plainCode(typed)).toBe(zero);
    }
  });
});

describe('codesIn', () => {
  const codes = [1, 2, 3].map((player) => encodePlayed({ ...example, player }));
  const shown = codes.map(showCode);

  it('finds codes separated by lines, commas, semicolons or blanks', () => {
    for (const between of ['\n', ', ', ';', ' ', '\r\n\r\n', '\t']) {
      expect(codesIn(shown.join(between), 10).map(plainCode), JSON.stringify(between)).toEqual(codes);
    }
    expect(codesIn(' \n , ;', 10)).toEqual([]);
  });

  it('takes a code with a blank in its middle for one', () => {
    const spaced = codes.map((code) => `${code.slice(0, 4)} ${code.slice(4)}`);
    expect(codesIn(spaced.join('\n'), 10).map(plainCode)).toEqual(codes);
  });
});

describe('markOf', () => {
  it('tells rounds apart as well as its bits allow', () => {
    const marks = Array.from({ length: 20_000 }, (_, seed) => markOf(`digits|abc|50|10|${seed}`));
    const counts = new Map<number, number>();
    for (const mark of marks) counts.set(mark, (counts.get(mark) ?? 0) + 1);
    const pairs = [...counts.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
    const expected = (marks.length * (marks.length - 1)) / 2 / MARKS;
    expect(Math.abs(pairs / expected - 1)).toBeLessThan(0.05);
    expect(Math.max(...marks)).toBeLessThan(MARKS);
  });

  it('is FNV-1a, folded', () => {
    expect(markOf('')).toBe((0x811c9dc5 ^ (0x811c9dc5 >>> 12) ^ (0x811c9dc5 >>> 24)) & 4095);
    expect(markOf('a')).toBe((0xe40c292c ^ (0xe40c292c >>> 12) ^ (0xe40c292c >>> 24)) & 4095);
  });
});
