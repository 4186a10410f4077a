import { InputError, parseSchedulerConfig } from '@onnoise/scheduler';
import { describe, expect, it, vi } from 'vitest';
import type { Table, Told } from '#site/views/game/rules/game.ts';
import { ownPixels, ownPool, poolOf } from '#site/views/game/rules/pool.ts';
import { REASONS, scoresByReason } from '#site/views/game/rules/reasons.ts';
import {
  type Answer,
  confusion,
  longestStreak,
  score,
  shareText,
  streak,
  verdict,
  verdictReason,
} from '#site/views/game/rules/score.ts';
import { formatSettings, parseSettings } from '#site/views/game/rules/settings.ts';
import { TERMS } from '#site/views/game/rules/terms.ts';
import { addRound, confusionOf, hasPlayed, parseRecord, updateRecord } from '#site/views/game/state/record.ts';
import { factOf, giveawayTitle, nameOfClass, verdictOf } from '#site/views/game/state/words.ts';

const right: Answer = { said: 'real', truth: 'real' };
const fooled: Answer = { said: 'real', truth: 'synthetic' };
const suspicious: Answer = { said: 'synthetic', truth: 'real' };
const caught: Answer = { said: 'synthetic', truth: 'synthetic' };

describe('score', () => {
  it('streak and longestStreak go on from rounds before and break at a wrong answer', () => {
    expect([streak([right, caught], 3), longestStreak([right, caught], 3)]).toEqual([5, 5]);
    expect([streak([right, fooled, caught], 3), longestStreak([right, fooled, caught], 3)]).toEqual([1, 4]);
    expect([streak([], 2), longestStreak([], 2)]).toEqual([2, 2]);
  });

  it('confusion counts who was taken for what', () => {
    const counts = { real: { real: 1, synthetic: 1 }, synthetic: { real: 2, synthetic: 1 } };
    expect(confusion([right, fooled, fooled, suspicious, caught])).toEqual(counts);
  });

  it('shareText tells right from wrong by place, and no picture’s kind', () => {
    const share = (answers: Answer[]) =>
      shareText({ answers, title: 'Digits', best: 4, link: 'http://x/#/game?seed=7', terms: TERMS.real });
    expect(share([right, fooled, caught])).toBe(
      'Real or synthetic? 2 of 3 (Digits)\n🟩⬜🟩\n1 synthetic taken for real, 0 real for synthetic. Best streak 4.\nhttp://x/#/game?seed=7',
    );
    expect(share([right, fooled]).split('\n')[1]).toBe(share([caught, suspicious]).split('\n')[1]);
    expect(shareText({ answers: [right], title: 'Mine', best: 1, terms: TERMS.real })).not.toContain('http');
  });

  it('verdict calls better or worse than a coin only what chance seldom does', () => {
    const answered = (known: number) =>
      Array.from({ length: 5 }, (_, i) => [
        i < Math.ceil(known / 2) ? right : suspicious,
        i < known >> 1 ? caught : fooled,
      ]).flat();
    const words = Array.from({ length: 11 }, (_, right) => verdict(answered(right), TERMS.real));
    expect(words.slice(0, 2)).toEqual(Array(2).fill('The model had you there.'));
    expect(words.slice(2, 9)).toEqual(Array(7).fill('A coin could have done that.'));
    expect(words.slice(9)).toEqual(['Better than a coin.', 'Nothing gets past you.']);
    expect(verdictReason(answered(6))).toBe(
      'Balanced accuracy, which counts both kinds alike: 60 % (34 % to 80 %). A coin has 50 %. Your own answers in random order do as well in 50 % of tries.',
    );
    expect(verdictReason(answered(1))).toMatch(/do as badly in 2\.4 % of tries\.$/);
  });

  it('verdict has no praise for one answer to all, though eight are right', () => {
    const answers = Array.from({ length: 10 }, (_, i) => (i < 8 ? right : fooled));
    expect(verdict(answers, TERMS.real)).toBe('All real? That tells nothing apart.');
    expect(verdict(answers, TERMS.phantom)).toBe('All phantoms? That tells nothing apart.');
    expect(verdictReason(answers)).toContain('50 %');
    expect(verdictReason(answers)).toContain('in 100 % of tries');
  });

  it('verdict has none either for a bias that chance explains: nine times real, eight of ten real', () => {
    const answers = [...Array<Answer>(8).fill(right), fooled, caught];
    expect(score(answers)).toBe(9);
    expect(verdict(answers, TERMS.real)).toBe('A coin could have done that.');
  });
});

describe('reasons', () => {
  it('are counted by what they were right about, and left out where nobody gave them', () => {
    const answers: Answer[] = [
      { ...right, reason: 'fingers' },
      { ...fooled, reason: 'fingers' },
      { ...caught, reason: 'guess' },
      suspicious,
      { ...right, reason: 'strokes of another subject' },
    ];
    expect(scoresByReason(answers, 'hand')).toEqual([
      { id: 'fingers', label: 'Fingers', right: 1, of: 2 },
      { id: 'guess', label: 'Just a guess', right: 1, of: 1 },
    ]);
    expect(scoresByReason([right], 'drawing')).toEqual([]);
  });

  it('have the keys 1 to 6, and a guess is the last', () => {
    for (const reasons of Object.values(REASONS)) {
      expect(reasons).toHaveLength(6);
      expect(new Set(reasons.map(({ id }) => id)).size).toBe(6);
      expect(reasons.at(-1)?.id).toBe('guess');
    }
  });
});

describe('record', () => {
  it('adds a round to its model', () => {
    const round = (passed: number, caught: number, doubted: number, known: number) => ({
      real: { real: known, synthetic: doubted },
      synthetic: { real: passed, synthetic: caught },
    });
    const once = addRound({ best: 3, models: {} }, 'abc', round(2, 3, 1, 4));
    const twice = addRound(once, 'abc', round(1, 3, 0, 6));
    const all = { rounds: 2, shown: 9, passed: 3, reals: 11, doubted: 1 };
    expect(twice).toEqual({ best: 3, models: { abc: all } });
    expect(confusionOf(all)).toEqual(round(3, 6, 1, 10));
    expect(parseRecord(JSON.stringify(twice))).toEqual(twice);
  });

  it('adds to what other tabs have kept meanwhile, and lasts where nothing is kept', () => {
    const round = { real: { real: 4, synthetic: 1 }, synthetic: { real: 2, synthetic: 3 } };
    const once = addRound({ best: 3, models: {} }, 'abc', round);
    let kept = JSON.stringify({ ...once, best: 7 });
    vi.stubGlobal('localStorage', { getItem: () => kept, setItem: (_: string, text: string) => (kept = text) });
    const mine = updateRecord({ best: 4, models: {} }, (now) => addRound(now, 'abc', round));
    expect(mine).toEqual({ ...addRound(once, 'abc', round), best: 7 });
    expect(parseRecord(kept)).toEqual(mine);
    vi.unstubAllGlobals();
    const { models } = updateRecord(mine, (now) => addRound(now, 'xyz', round));
    expect(models).toMatchObject({ abc: { rounds: 2 }, xyz: { rounds: 1 } });
  });

  it('says whether a round was finished, whatever was right', () => {
    const wrong = { real: { real: 0, synthetic: 5 }, synthetic: { real: 5, synthetic: 0 } };
    expect(hasPlayed({ best: 1, models: {} })).toBe(false);
    expect(hasPlayed(addRound({ best: 0, models: {} }, 'abc', wrong))).toBe(true);
  });

  it('starts over where what is kept makes no sense', () => {
    const fresh = { best: 0, models: {} };
    for (const text of [undefined, '', '{', '7', 'null', '[]', '{"best":-1}', '{"best":"9","models":{"a":null}}']) {
      expect(parseRecord(text)).toEqual(fresh);
    }
    expect(parseRecord('{"best":2,"models":{"a":{"rounds":1,"shown":2,"passed":3}}}')).toEqual({ best: 2, models: {} });
  });
});

describe('settings', () => {
  const parse = (query: string, T = 1000) => parseSettings(new URLSearchParams(query), T);

  it('takes the numbers of rounds that the field takes', () => {
    expect(parse('seed=999999').seed).toBe(999_999);
  });

  it('reads a round from its address and writes it back', () => {
    const usual = { seed: 482193, steps: 50, pictures: 10 };
    expect(parse('seed=482193&model=digits')).toEqual(usual);
    expect(formatSettings({ ...usual, model: 'digits' }, 1000)).toEqual({ seed: '482193', model: 'digits' });
    const other = { seed: 7, steps: 10, pictures: 15 };
    const query = new URLSearchParams(formatSettings({ ...other, model: 'digits' }, 1000));
    expect(query.toString()).toBe('seed=7&model=digits&steps=10&pictures=15');
    expect(parse(query.toString())).toEqual(other);
  });

  it('takes what makes no sense for not there', () => {
    for (const seed of ['-1', '1.5', 'x', '1e3', '', '1000000', '9007199254740991', '99999999999999999'])
      expect(parse(`seed=${seed}`).seed).toBeUndefined();
    for (const steps of ['0', '1001', '-5', 'x']) expect(parse(`steps=${steps}`).steps).toBe(50);
    for (const pictures of ['5', '21', 'x', '']) expect(parse(`pictures=${pictures}`).pictures).toBe(10);
    expect(parse('', 20).steps).toBe(20);
  });
});

describe('words', () => {
  const listing = {
    count: 12,
    width: 1,
    height: 1,
    labels: Array.from({ length: 12 }, (_, i) => i % 10),
    source: 'MNIST, by many',
  };
  const pool = poolOf(listing, new Uint8Array(12), [1, 1, 1], 'u');
  const table: Table = {
    model: { id: 'digits', title: 'Digits', own: false },
    info: { classes: 10, hash: 'h', scheduler: parseSchedulerConfig({}) },
    pool,
    steps: 50,
    pictures: 10,
  };
  const told: Told = {
    kind: 'real',
    said: 'real',
    real: 8,
    seed: 5,
    label: 8,
    conditions: {},
    place: 0,
    pixels: new Uint8ClampedArray(1),
  };

  it('say what a picture was', () => {
    expect(factOf(told, table)).toBe('An 8, picture 9 of the 12 from MNIST on this page.');
    expect(factOf({ ...told, kind: 'synthetic' }, table)).toBe(
      'Painted on this page by Digits, asked for an 8: seed 5, 50 steps of DDIM.',
    );
    expect(factOf({ ...told, kind: 'synthetic', label: null }, { ...table, steps: 1 })).toBe(
      'Painted on this page by Digits: seed 5, 1 step of DDIM.',
    );
    const pictures = Array.from({ length: 10 }, (_, i) => ({ name: `${i}.png`, pixels: told.pixels }));
    const mine = ownPool(pictures, [1, 1, 1]);
    expect(factOf(told, { ...table, pool: mine })).toBe('Your picture “8.png”.');
  });

  it('call phantoms phantoms, with what is known of them, and never real', () => {
    const phantoms = poolOf(
      {
        ...listing,
        labels: listing.labels.map((label) => label % 2),
        conditions: { boneage: Array.from({ length: 12 }, (_, i) => 10 * i) },
        source: 'phantoms of hand radiographs, numbers 1 to 12 of seed 0',
        notice: 'Synthetic phantom, not a radiograph of a person.',
        unseen: true,
      },
      new Uint8Array(12),
      [1, 1, 1],
      'u',
    );
    expect([phantoms.terms, phantoms.subject]).toEqual(['phantom', 'hand']);
    const hands: Table = {
      ...table,
      model: { id: 'hands', title: 'Hands', own: false },
      info: { ...table.info, classes: 2, classNames: ['female', 'male'] },
      pool: phantoms,
    };
    expect(factOf(told, hands)).toBe(
      'Female, bone age 6 years 8 months, phantom 9 of the 12 on this page, which the model never saw.',
    );
    expect(factOf({ ...told, kind: 'synthetic', label: 1, conditions: { boneage: 80 } }, hands)).toBe(
      'Generated on this page by Hands, asked for male, bone age 6 years 8 months: seed 5, 50 steps of DDIM.',
    );
    expect(verdictOf({ said: 'real', kind: 'real' }, TERMS.phantom)).toBe('Right, it is a phantom.');
    expect(verdictOf({ said: 'synthetic', kind: 'real' }, TERMS.phantom)).toBe('Too suspicious: it is a phantom.');
    expect(verdictOf({ said: 'real', kind: 'synthetic' }, TERMS.phantom)).toBe('Fooled: it is generated.');
    const words = JSON.stringify(Object.values(TERMS.phantom).map((word) => word));
    expect(words).not.toMatch(/: ?"[^"]*\breal\b/);
  });

  it('say of pictures that were given for the game only what is known', () => {
    const given = { count: 12, width: 1, height: 1, subject: 'hand' as const };
    const pool = (about: object) => poolOf({ ...given, ...about }, new Uint8Array(12).fill(90), [1, 1, 1], 'u');
    expect(factOf(told, { ...table, pool: pool({}) })).toBe('Picture 9 of the 12 on this page.');
    expect(factOf(told, { ...table, pool: pool({ unseen: true }) })).toBe(
      'Picture 9 of the 12 on this page, which the model never saw.',
    );
    expect([pool({}).terms, pool({}).subject]).toEqual(['real', 'hand']);
  });

  it('name classes', () => {
    expect([7, 8, 11, 18, 80, 1].map((label) => nameOfClass(label, undefined))).toEqual([
      'a 7',
      'an 8',
      'an 11',
      'an 18',
      'an 80',
      'a 1',
    ]);
    expect(nameOfClass(0, ['cat'])).toBe('“cat”');
    expect(nameOfClass(1, ['female', 'male'])).toBe('male');
  });

  it('say whether the answer was right, and what there is to see', () => {
    expect(verdictOf({ said: 'real', kind: 'synthetic' }, TERMS.real)).toBe('Fooled: it is synthetic.');
    expect(verdictOf({ said: 'synthetic', kind: 'synthetic' }, TERMS.real)).toBe('Right, it is synthetic.');
    const found = (faint: boolean) => [{ id: '', title: '', sentence: '', compared: '', where: [], faint }];
    expect(giveawayTitle('synthetic', [], TERMS.real)).toBe('Nothing that we can measure.');
    expect(giveawayTitle('synthetic', found(true), TERMS.real)).toBe('Nothing visible that we can measure.');
    expect(giveawayTitle('synthetic', found(false), TERMS.real)).toBe('What gives it away');
    expect(giveawayTitle('real', found(false), TERMS.real)).toBe('What could have misled you');
    expect(giveawayTitle('real', undefined, TERMS.real)).toBe('Too few real pictures to say what is unusual.');
  });
});

describe('pools', () => {
  const COUNTING = Uint8Array.from({ length: 12 }, (_, i) => i);
  const listing = { count: 2, width: 2, height: 3, labels: [0, 1], source: 's' };

  it('poolOf cuts pictures out of the bytes', () => {
    const pool = poolOf(listing, COUNTING, [1, 3, 2], 'u');
    expect([...pool.read(1)]).toEqual([6, 7, 8, 9, 10, 11]);
  });

  it('poolOf refuses a file that is cut off, and another shape than the model’s', () => {
    expect(() => poolOf(listing, new Uint8Array(11), [1, 3, 2], 'u')).toThrow('must be 12 bytes, received 11');
    expect(() => poolOf(listing, new Uint8Array(12), [1, 2, 3], 'u')).toThrow('1 × 2 × 3, received 1 × 3 × 2');
    expect(() => poolOf(listing, new Uint8Array(12), [3, 3, 2], 'u')).toThrow(InputError);
  });

  it('are shown as drawings where most is plain black or white, else as scenes', () => {
    const pool = (fill: (i: number) => number, channels: 1 | 3 = 1) =>
      ownPool(
        Array.from({ length: 10 }, () => ({
          name: '',
          pixels: Uint8ClampedArray.from({ length: 16 * channels }, (_, i) => fill(i)),
        })),
        [channels, 4, 4],
      ).presentation.zoom[0];
    const slate = pool((i) => (i % 4 === 0 ? 128 : 3));
    const paper = pool((i) => (i % 4 === 0 ? 128 : 250), 3);
    const scene = pool((i) => 40 + 3 * i, 3);
    const clothes = pool((i) => (i % 5 < 2 ? 128 : 0));
    expect([slate, paper, scene, clothes]).toEqual([0.9, 0.9, 1, 1]);
  });

  it('keep the tones of radiographs, and soften phantoms alone', () => {
    const about = { count: 12, width: 1, height: 1, subject: 'hand' as const };
    const pool = (more: object) => poolOf({ ...about, ...more }, new Uint8Array(12).fill(90), [1, 1, 1], 'u');
    expect(pool({}).presentation).toEqual({ ends: [8, 247], zoom: [1, 1.15] });
    expect(pool({ notice: 'Synthetic phantom' }).presentation.soft).toBe(true);
  });

  it('poolOf takes pictures in colour for a model of colours', () => {
    const colours = { count: 2, width: 2, height: 1, channels: 3 as const };
    const pool = poolOf(colours, COUNTING, [3, 1, 2], 'u');
    expect([...pool.read(1)]).toEqual([6, 7, 8, 9, 10, 11]);
    expect(() => poolOf(colours, new Uint8Array(12), [1, 1, 2], 'u')).toThrow('1 × 1 × 2, received 3 × 1 × 2');
  });

  it('ownPixels brings any picture into the model’s shape, as bytes', () => {
    const image = { width: 4, height: 2, data: Uint8Array.from({ length: 32 }, (_, i) => (i % 4 === 3 ? 255 : 100)) };
    expect([...ownPixels(image, [1, 1, 1])]).toEqual([100]);
    expect(ownPixels(image, [3, 2, 2])).toEqual(new Uint8ClampedArray(12).fill(100));
    expect(ownPixels(image, [1, 2, 3])).toEqual(new Uint8ClampedArray(6).fill(100));
    expect(() => ownPixels(image, [2, 2, 2])).toThrow('must be gray or in colour, received "pictures of 2 channels".');
  });

  it('ownPool wants enough for a round', () => {
    expect(() => ownPool([], [1, 1, 1])).toThrow('at least 10');
  });
});
