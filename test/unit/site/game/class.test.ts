/** A round for a class: its file, the lecturer's own pictures, and the codes that are added up. */
import { InputError } from '@onnoise/scheduler/rules';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeOwnRound, type OwnPicture, ownPicture } from '#site/views/game/class/own-round.ts';
import { enter, keepRoll, keptRoll } from '#site/views/game/class/roll.ts';
import { type Answers, studentQuantile, tallyOf } from '#site/views/game/class/tally.ts';
import { classReason, classVerdict } from '#site/views/game/class/words.ts';
import { balancedAccuracy, shuffled } from '#site/views/game/rules/chance.ts';
import { encodePlayed, markOf, showCode } from '#site/views/game/rules/codes.ts';
import { createGame } from '#site/views/game/rules/game.ts';
import type { Kind } from '#site/views/game/rules/plan.ts';
import { LEVELS } from '#site/views/game/rules/presentation.ts';
import { dealsOfFile, poolOfFile, type RoundFile, readRound, writeRound } from '#site/views/game/rules/round-file.ts';
import { stubStorage } from '#test/kept.ts';

const KINDS: readonly Kind[] = ['real', 'synthetic', 'synthetic', 'real', 'real', 'synthetic'];
const file: RoundFile = {
  name: 'own 7 0badcafe',
  title: 'Our pictures',
  terms: 'real',
  subject: 'drawing',
  shape: [1, 2, 2],
  pictures: KINDS.map((kind, i) => ({ kind, pixels: Uint8ClampedArray.of(i, 255, 0, 7 * i) })),
};

describe('a round’s file', () => {
  const json = () => JSON.parse(writeRound(file)) as Record<string, unknown>;

  it('gives back the round', () => {
    expect(readRound(writeRound(file), 'round.json')).toEqual(file);
    const told = { ...file, pictures: file.pictures.map((picture) => ({ ...picture, fact: 'Drawn by hand.' })) };
    expect(readRound(writeRound(told), 'round.json')).toEqual(told);
  });

  it('deals its pictures, and its real ones are there to compare', () => {
    expect(dealsOfFile(file).map(({ kind }) => kind)).toEqual(KINDS);
    expect(dealsOfFile(file).map(({ real }) => real)).toEqual([0, 0, 0, 1, 2, 0]);
    const pool = poolOfFile(file);
    expect([pool.count, [...pool.read(1)]]).toEqual([3, [3, 255, 0, 21]]);
  });

  it('is played without a sampler, to the summary', () => {
    const game = createGame({ sample: () => Promise.reject(new Error('no model')) }, () => 1);
    game.lay({ file, pool: poolOfFile(file), pictures: 6 }, 0);
    game.start();
    expect([game.round.value?.painted.value, game.following.value]).toEqual([6, null]);
    for (const kind of KINDS) {
      expect(game.answer(kind, 'edges')?.kind).toBe(kind);
      game.next();
    }
    expect(game.phase.value).toBe('summary');
    game.again('round');
    expect(game.phase.value, 'there is no round after it').toBe('summary');
  });

  it.each([
    ['no JSON', () => 'x', '"round.json" is no round that this page saved'],
    ['another JSON', () => '{"seed":1}', '"round.json" is no round that this page saved'],
    ['a list', () => '[]', 'is no round that this page saved'],
    ['another version', () => JSON.stringify({ ...json(), version: 2 }), 'version must be 1'],
    ['an unknown key', () => JSON.stringify({ ...json(), patient: 'A' }), 'unknown key "patient"'],
    ['no title', () => JSON.stringify({ ...json(), title: '' }), 'title must be'],
    ['huge pictures', () => JSON.stringify({ ...json(), shape: [1, 9999, 2] }), 'shape must be'],
    ['no pictures', () => JSON.stringify({ ...json(), pictures: [] }), 'pictures must be a list of 6 to 20'],
    [
      'too few of a kind',
      () =>
        writeRound({
          ...file,
          pictures: file.pictures.map((one, i) => ({ ...one, kind: i === 0 ? 'real' : 'synthetic' })),
        }),
      'real pictures must be at least 2, received 1',
    ],
    [
      'a picture of another size',
      () =>
        writeRound({
          ...file,
          pictures: [...file.pictures.slice(1), { kind: 'real', pixels: new Uint8ClampedArray(5) }],
        }),
      'picture 6 must have 4 bytes, received 5',
    ],
    ['a broken picture', () => writeRound(file).replace('"pixels":"', '"pixels":"!'), 'picture 1 must have 4 bytes'],
    ['an unknown kind', () => writeRound(file).replace('"kind":"real"', '"kind":"fake"'), 'kind must be one of real'],
  ])('is refused in one sentence: %s', (_, source, words) => {
    const open = () => readRound(source(), 'round.json');
    expect(open).toThrow(InputError);
    expect(open).toThrow(words);
    expect(open).toThrow(/^Cannot open the round[^\n]*\.$/);
  });
});

describe('a round of own pictures', () => {
  /** A gray ramp of any size, brighter for some. */
  const picture = (name: string, side = 16, level = 0): OwnPicture =>
    ownPicture(name, {
      width: side,
      height: side,
      data: Uint8Array.from({ length: 4 * side * side }, (_, i) => (i % 4 === 3 ? 255 : level + ((i >> 2) % side))),
    });
  const some = (count: number, level = 0) =>
    Array.from({ length: count }, (_, i) => picture(`${level}-${i}.png`, 16, level));
  const options = { pictures: 10, seed: 5, title: 'Ours', terms: 'real', subject: 'drawing' } as const;

  it('shows as many as asked for, at least two of each kind, all by one last step', () => {
    const own = { real: some(12), synthetic: some(9, 90) };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 6, max: 20 }), (seed, pictures) => {
        const round = makeOwnRound(own, { ...options, seed, pictures });
        const real = round.pictures.filter(({ kind }) => kind === 'real').length;
        expect(round.pictures).toHaveLength(pictures);
        expect(Math.min(real, pictures - real)).toBeGreaterThanOrEqual(2);
        expect(round.shape).toEqual([1, 16, 16]);
        for (const { pixels } of round.pictures) expect(new Set(pixels).size).toBeLessThanOrEqual(LEVELS);
        expect(readRound(writeRound(round), 'a')).toEqual(round);
      }),
      { numRuns: 15 },
    );
  });

  it('shows no picture twice, and all of them if so many are asked for', () => {
    const own = { real: some(6), synthetic: some(4, 120) };
    const { pictures } = makeOwnRound(own, options);
    expect(pictures.filter(({ kind }) => kind === 'real')).toHaveLength(6);
  });

  it('is another round for another seed, in its name as well', () => {
    const own = { real: some(12), synthetic: some(9, 90) };
    const names = [1, 2, 3].map((seed) => makeOwnRound(own, { ...options, seed }).name);
    expect(new Set(names).size).toBe(3);
    expect(makeOwnRound(own, options)).toEqual(makeOwnRound(own, options));
  });

  it('holds no names of files', () => {
    const named = (kind: string) => some(6).map((one, i) => ({ ...one, name: `Mueller-Anna-${kind}-${i}.png` }));
    expect(writeRound(makeOwnRound({ real: named('a'), synthetic: named('b') }, options))).not.toContain('Mueller');
  });

  it('keeps colour, and brings large pictures down', () => {
    const red = (name: string): OwnPicture =>
      ownPicture(name, {
        width: 600,
        height: 300,
        data: Uint8Array.from({ length: 4 * 600 * 300 }, (_, i) => [200, 10, 10, 255][i % 4]!),
      });
    const round = makeOwnRound(
      { real: ['a', 'b', 'c'].map(red), synthetic: ['d', 'e', 'f'].map(red) },
      { ...options, pictures: 6 },
    );
    expect(round.shape).toEqual([3, 128, 256]);
  });

  it.each([
    ['no pictures', { real: [], synthetic: [] }, 10, 'real pictures must be at least 2, received 0'],
    ['none generated', { real: some(9), synthetic: [] }, 10, 'synthetic pictures must be at least 2, received 0'],
    ['too few', { real: some(3), synthetic: some(2) }, 6, 'the pictures must be at least 6 in all, received 5'],
    [
      'two sizes',
      { real: some(5), synthetic: [...some(4), picture('big.png', 64)] },
      8,
      'all pictures must have one size, received 16 × 16 (0-0.png) and 64 × 64 (big.png)',
    ],
    [
      'more than there are',
      { real: some(4), synthetic: some(4) },
      9,
      'the number of pictures must be from 6 to 8, received 9',
    ],
  ])('is refused in one sentence: %s', (_, own, pictures, words) => {
    const make = () => makeOwnRound(own, { ...options, pictures });
    expect(make).toThrow(InputError);
    expect(make).toThrow(`Cannot make the round: ${words}.`);
  });
});

describe('the roll of a round', () => {
  const round = { name: 'abc real-28.json 50 10 7', pictures: 10 };
  const answers = Array.from({ length: 10 }, (_, i) => i % 3 === 0);
  const code = (player: number, name = round.name) => showCode(encodePlayed({ mark: markOf(name), player, answers }));
  afterEach(() => vi.unstubAllGlobals());

  it('counts each code once and says so, though it is typed in another way', () => {
    const first = enter([code(1), code(2)].join('\n'), [], round);
    expect([first.added, first.refused]).toEqual([2, []]);
    const again = enter(`${code(1).toLowerCase().replace('-', ' ')}, ${code(3)}`, first.roll, round);
    expect([again.roll.length, again.added]).toEqual([3, 1]);
    expect(again.refused).toEqual([`${code(1)} is counted already: each code counts once.`]);
    expect(enter(`${code(4)} ${code(4)}`, [], round).refused).toHaveLength(1);
  });

  it('refuses a code of another round, and one that is wrong, and takes the others', () => {
    const other = code(1, 'abc real-28.json 50 10 8');
    const typed = code(5).replace(/^./, (letter) => (letter === 'Z' ? 'Y' : 'Z'));
    expect(enter([other, typed, code(6)].join('\n'), [], round)).toEqual({
      roll: [code(6).replace('-', '')],
      added: 1,
      refused: [
        `Cannot count ${other}: it is a code of another round.`,
        `Cannot count "${typed}": a character is wrong or two are swapped, ask for it again.`,
      ],
    });
  });

  it('survives a reload, one for each round', () => {
    const kept = stubStorage('localStorage');
    const { roll } = enter(`${code(1)} ${code(2)}`, [], round);
    keepRoll(round, roll);
    expect(keptRoll(round)).toEqual(roll);
    expect(keptRoll({ ...round, name: 'another' })).toEqual([]);
    kept.set('onnoise.class', '{"a":1}');
    expect(keptRoll(round)).toEqual([]);
    kept.set('onnoise.class', JSON.stringify([[round.name, ['nonsense', code(2)]]]));
    expect(keptRoll(round)).toEqual([roll[1]]);
  });
});

describe('tallyOf', () => {
  const answersOf = (saidReal: readonly number[], players: number): Answers[] =>
    Array.from({ length: players }, (_, player) => saidReal.map((count) => player >= count));

  it('counts what was taken for what, and whom each picture fooled', () => {
    const tally = tallyOf(KINDS, answersOf([3, 1, 0, 2, 3, 3], 3));
    expect(tally.confusion).toEqual({ real: { real: 8, synthetic: 1 }, synthetic: { real: 4, synthetic: 5 } });
    expect(tally.pictures.map(({ fooled }) => fooled)).toEqual([0, 1, 0, 1, 0, 3]);
    expect(tally.accuracy?.value).toBeCloseTo((8 / 9 + 5 / 9) / 2, 12);
  });

  it('gives one player the figures of the game', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (answers) => {
        const { confusion, accuracy, chance } = tallyOf(KINDS, [answers]);
        const alone = shuffled(confusion);
        expect(accuracy).toEqual(balancedAccuracy(confusion));
        expect(chance?.asWell).toBeCloseTo(alone.asWell, 10);
        expect(chance?.asBadly).toBeCloseTo(alone.asBadly, 10);
      }),
    );
  });

  it('counts all deals: as well as trying each', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 6, maxLength: 6 }), (saidReal) => {
        const sums: number[] = [];
        for (let set = 0; set < 64; set++) {
          const chosen = saidReal.filter((_, i) => (set >> i) & 1);
          if (chosen.length === 3) sums.push(chosen.reduce((sum, count) => sum + count, 0));
        }
        const observed = saidReal.reduce((sum, count, i) => sum + (KINDS[i] === 'real' ? count : 0), 0);
        const { chance } = tallyOf(KINDS, answersOf(saidReal, 5));
        expect(chance?.asWell).toBeCloseTo(sums.filter((sum) => sum >= observed).length / sums.length, 12);
        expect(chance?.asBadly).toBeCloseTo(sums.filter((sum) => sum <= observed).length / sums.length, 12);
      }),
    );
  });

  it('takes players who err alike for little more than one', () => {
    const one = [true, true, true, false, false, true]; // one real picture called synthetic
    const many = tallyOf(KINDS, Array<Answers>(100).fill(one));
    expect(many.chance?.asWell).toBeCloseTo(tallyOf(KINDS, [one]).chance!.asWell, 12);
  });

  it('gives players who differ a wider interval than their answers alone', () => {
    const all = KINDS.map((kind) => kind === 'synthetic');
    const none = all.map((answer) => !answer);
    const split = tallyOf(KINDS, [...Array<Answers>(10).fill(all), ...Array<Answers>(10).fill(none)]);
    const alone = balancedAccuracy(split.confusion)!;
    expect(split.accuracy!.value).toBe(0.5);
    expect(split.accuracy!.high - split.accuracy!.low).toBeGreaterThan(2 * (alone.high - alone.low));
  });

  it('has an interval that holds the truth in about 95 of 100 classes', () => {
    let held = 0;
    let random = 1;
    const next = () => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return random / 2 ** 32;
    };
    const truths = Array.from({ length: 10 }, (_, i): Kind => (i < 5 ? 'real' : 'synthetic'));
    for (let run = 0; run < 1000; run++) {
      const played = Array.from({ length: 12 }, (): Answers => {
        const skill = 0.5 + 0.4 * next();
        return truths.map((kind) => next() < skill === (kind === 'synthetic'));
      });
      const { low, high } = tallyOf(truths, played).accuracy!;
      if (low <= 0.7 && high >= 0.7) held++;
    }
    expect(held).toBeGreaterThan(930);
    expect(held).toBeLessThan(995);
  });

  it('stands a class of nobody, and one of a thousand', () => {
    expect(tallyOf(KINDS, [])).toMatchObject({ players: 0, accuracy: undefined, chance: undefined });
    const { chance } = tallyOf(KINDS, answersOf([900, 100, 100, 900, 900, 100], 1000));
    expect(chance?.asWell).toBeCloseTo(1 / 20, 12);
  });
});

describe('studentQuantile', () => {
  it('is scipy’s t.ppf(0.975, degrees) to 0.0003', () => {
    const known = {
      1: 12.7062047,
      2: 4.3026527,
      3: 3.1824463,
      4: 2.7764451,
      5: 2.5705818,
      6: 2.4469119,
      7: 2.3646243,
      10: 2.2281389,
      30: 2.0422725,
      200: 1.9718962,
    };
    for (const [degrees, value] of Object.entries(known)) {
      expect(Math.abs(studentQuantile(Number(degrees)) - value), degrees).toBeLessThan(0.0003);
    }
  });
});

describe('the words on a class', () => {
  const played = (saidReal: readonly number[], players: number) =>
    tallyOf(
      [...KINDS, 'real', 'synthetic'],
      Array.from({ length: players }, (_, player): Answers => saidReal.map((count) => player >= count)),
    );

  it('praise only what chance seldom does', () => {
    expect(classVerdict(played([9, 1, 1, 9, 9, 1, 9, 1], 10))).toBe('The class tells them apart better than chance.');
    expect(classVerdict(played([1, 9, 9, 1, 1, 9, 1, 9], 10))).toBe('The model had the class there.');
    expect(classVerdict(played([5, 5, 4, 6, 5, 5, 4, 6], 10))).toBe('Chance could have done that.');
    expect(classVerdict(played(Array(8).fill(10), 10))).toMatch(/^All gave one answer/);
    expect(classVerdict(played([], 0))).toBe('Nobody has played yet.');
  });

  it('praise nobody for so few pictures that chance would do as well once in twenty', () => {
    const few = tallyOf(KINDS, [KINDS.map((kind) => kind === 'synthetic')]);
    expect(few.deals).toBeCloseTo(20, 9);
    expect(classVerdict(few)).toBe('So few pictures cannot tell skill from chance.');
  });

  it('give the figures, and what they hold for', () => {
    const words = classReason(played([9, 1, 1, 9, 9, 1, 9, 1], 10));
    expect(words).toContain('Balanced accuracy, which counts both kinds alike: 90 % (');
    expect(words).toContain('the same answers would do as well in 1.4 % of deals');
    expect(words).toContain('others may be easier or harder');
  });
});
