import { gaussian } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { rankAttacks } from '#evaluation/membership/figures.ts';
import { drawHalf } from '#evaluation/membership/halves.ts';
import { rankChances, riskTable, standOut } from '#evaluation/membership/risk.ts';
import { areaUnderCurve, exceedsChance, foundAt } from '#evaluation/membership/roc.ts';
import { judgeAttacks } from '#evaluation/membership/verdict.ts';

const PLAN = { attacks: ['loss', 'pia'] as const, timesteps: [5, 9], draws: 1 };
const WIDTH = 4;

/** Scores of images, each around a level of its own, of networks that know some of them by `gain` better. */
function scene(count: number, members: number, gain: number, seed = 1, shadows = 8) {
  const groups = Int32Array.from({ length: count }, (_, i) => i);
  const normal = (stream: number) => {
    const values = new Float32Array(count * WIDTH);
    gaussian(seed, 0, values, stream);
    return values;
  };
  const levels = normal(1);
  const scores = (stream: number, inside: ArrayLike<number>) => {
    const grain = normal(stream);
    return Float64Array.from(grain, (value, k) => {
      const image = Math.floor(k / WIDTH);
      return 3 * levels[image * WIDTH]! + 0.5 * value + (inside[image] === 1 ? gain : 0);
    });
  };
  const own = Uint8Array.from({ length: count }, (_, i) => (i < members ? 1 : 0));
  const halves = Array.from({ length: shadows }, (_, k) => drawHalf(groups, k, seed));
  return {
    scores: scores(2, own),
    members,
    groups,
    shadows: halves.map((inside, k) => ({ scores: scores(3 + k, inside), inside })),
  };
}

describe('the figures of attacks', () => {
  it('of a network that knows nothing of any image are those of chance, and none is called a leak', () => {
    let held = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const images = scene(240, 120, 0, seed);
      const { figures, strongest } = rankAttacks(images, PLAN);
      expect(figures).toHaveLength(7);
      const judged = judgeAttacks({ figures, strongest, members: 120, others: 120, exposed: 0, doubts: [] });
      expect(judged.verdict, `seed ${seed}: ${judged.reason}`).toBe('no sign');
      const [low, high] = figures.at(-1)!.auc.interval;
      held += low <= 0.5 && 0.5 <= high ? 1 : 0;
      expect(figures[strongest]!.auc.joint[1]).toBeGreaterThan(0.5);
    }
    // 95 % each: fewer than 16 of 20 have a chance of 0.3 %.
    expect(held).toBeGreaterThanOrEqual(16);
  });

  it('see through the level of each image by shadows, where one threshold sees little', () => {
    const { figures, strongest } = rankAttacks(scene(240, 120, 1.5), PLAN);
    const plain = figures.filter(({ calibrated }) => !calibrated);
    expect(Math.max(...plain.map(({ auc }) => auc.value))).toBeLessThan(0.75);
    expect(figures[strongest]).toMatchObject({ calibrated: true });
    expect(figures[strongest]!.auc.value).toBeGreaterThan(0.9);
    expect(figures[strongest]!.auc.joint[0]).toBeLessThan(figures[strongest]!.auc.interval[0]);
  });

  it('leave a share empty where one false positive would be more', () => {
    const { figures } = rankAttacks({ ...scene(240, 140, 0), shadows: [] }, PLAN);
    expect(figures).toHaveLength(4);
    expect(figures[0]!.found.map(({ at, value }) => [at, value === null])).toEqual([
      [0.01, false],
      [0.001, true],
    ]);
  });
});

describe('the verdict', () => {
  const judged = (count: number, gain: number, exposed: number, ...doubts: string[]) => {
    const members = count / 2;
    const { figures, strongest } = rankAttacks({ ...scene(count, members, gain), shadows: [] }, PLAN);
    return judgeAttacks({ figures, strongest, members, others: members, exposed, doubts });
  };

  it.each<[string, ReturnType<typeof judged>, RegExp]>([
    [
      'cannot tell',
      judged(60, 0, 0),
      /^There are too few images, 30 held out and 30 of training.* takes at least 100 of each \(at 0\.1 %: 1000 held out\)/,
    ],
    [
      'leaks',
      judged(40, 40, 20, 'It is not sure.'),
      /^The strongest of 4 attacks, .* at timestep \d, tells .* AUC of 1\.000 \(0\.\d+ to 1\.000, counting all that were tried\)\. 20 of the 20 training images stand out\. It is not sure\.$/,
    ],
    ['cannot tell', judged(240, 0, 0, 'They may be others.'), /^They may be others\. No sign was found: /],
  ])('is "%s", and says why', (verdict, found, reason) => {
    expect(found).toEqual({ verdict, reason: expect.stringMatching(reason) });
  });
});

describe('areas', () => {
  const [own, held] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(0, 1.5, 2.5)];

  it('are wider where images belong together', () => {
    const alone = areaUnderCurve({ scores: own }, { scores: held });
    const twice = (values: Float64Array) => ({
      scores: Float64Array.from([...values, ...values]),
      groups: Int32Array.from({ length: 2 * values.length }, (_, i) => i % values.length),
    });
    const [together, apart] = [
      areaUnderCurve(twice(own), twice(held)),
      areaUnderCurve({ scores: twice(own).scores }, { scores: twice(held).scores }),
    ];
    expect(together.value).toBeCloseTo(alone.value, 12);
    // Copies add nothing.
    expect(together.interval(0.05)[0]).toBeCloseTo(alone.interval(0.05)[0], 12);
    expect(apart.interval(0.05)[0]).toBeGreaterThan(alone.interval(0.05)[0]);
  });

  it('a share is beyond chance only where the threshold itself is sure enough', () => {
    const few = foundAt(
      Float64Array.from({ length: 1000 }, (_, i) => i + 1),
      Float64Array.of(0, 500),
      0.01,
    );
    expect([few.hits, few.alarms]).toEqual([500, 0]);
    expect(exceedsChance(few, 0.05)).toBe(false);
    const many = { ...few, others: 1000 };
    expect(exceedsChance(many, 0.05)).toBe(true);
  });
});

describe('the risk of images', () => {
  it('is a share of the held-out ones, and those that stand out are few by chance', () => {
    const chances = rankChances(Float64Array.of(5, 2, -1), Float64Array.of(0, 1, 2, 3));
    expect(Array.from(chances)).toEqual([1 / 5, 3 / 5, 1]);
    expect(standOut(Float64Array.of(0.001, 0.06, 0.9, 0.07))).toEqual([true, true, false, true]);
    expect(standOut(Float64Array.of(0.2, 0.5, 0.9))).toEqual([false, false, false]);
  });

  it('is a table with the riskiest first, and names in quotes where they need some', () => {
    const row = { part: 'training' as const, logRatio: 1.5, chance: 0.25, exposed: true };
    const table = riskTable([
      { ...row, file: 'a.png', score: 1 },
      { file: 'b,"c".png', part: 'held-out', score: 2, logRatio: undefined, chance: undefined, exposed: false },
    ]);
    expect(table).toBe(
      'file,part,score,log_likelihood_ratio,p_value,exposed\n"b,""c"".png",held-out,2,,,no\na.png,training,1,1.5,0.25,yes\n',
    );
  });
});
