/** Exercises on looking: one's own score, what chance does, and what a score proves. */
import { balancedAccuracy } from '../../../game/rules/chance.ts';
import { confusionOf, readRecord } from '../../../game/state/record.ts';
import { chosen, exercise, faultOf, nothing, say } from '../rules/exercise.ts';

/** Ways to choose. */
const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
const atLeast = (n: number, k: number): number =>
  Array.from({ length: n - k + 1 }, (_, i) => choose(n, k + i)).reduce((sum, ways) => sum + ways, 0) / 2 ** n;

/** All rounds of this browser: synthetic pictures shown and passed, real ones shown and doubted. */
function playedSoFar(): readonly number[] | string {
  const all = Object.values(readRecord().models).map(confusionOf);
  const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0);
  const answer = [
    sum(({ synthetic }) => synthetic.real + synthetic.synthetic),
    sum(({ synthetic }) => synthetic.real),
    sum(({ real }) => real.real + real.synthetic),
    sum(({ real }) => real.synthetic),
  ];
  return answer[0]! > 0 && answer[2]! > 0
    ? answer
    : 'Play a round to its end first: your answer is checked against it.';
}

export const game = [
  exercise(
    {
      chapter: 'game',
      title: 'Your own score',
      own: nothing,
      task: () =>
        'Play a round, or several. Your answers so far stand below. What is your balanced accuracy, the mean of the shares that you got right of either kind, in per cent? To within 1.',
      fields: ['Balanced accuracy, %'],
      read: playedSoFar,
      shown: ([shown = 0, passed = 0, reals = 0, doubted = 0]) =>
        `of ${shown} synthetic pictures you took ${passed} for real, of ${reals} real ones ${doubted} for synthetic`,
      check: ([value = Number.NaN, shown = 0, passed = 0, reals = 0, doubted = 0]) => {
        const whole = [shown, passed, reals, doubted].every((count) => Number.isInteger(count) && count >= 0);
        if (!whole || passed > shown || doubted > reals || shown * reals === 0)
          return 'No rounds come to these counts.';
        const counts = {
          real: { real: reals - doubted, synthetic: doubted },
          synthetic: { real: passed, synthetic: shown - passed },
        };
        const right = 100 * (balancedAccuracy(counts)?.value ?? 0);
        return faultOf(value, {
          right,
          tolerance: 1,
          slips: [
            [right / 100, 'That is the share. In per cent it is a hundred times as much.'],
            [
              (100 * (shown - passed + reals - doubted)) / (shown + reals),
              'That counts all pictures alike. Take the share of each kind first, then their mean.',
            ],
            [100 - right, 'Those are the wrong ones.'],
            [(100 * (shown - passed)) / shown, 'That is one kind alone. Take the mean of both.'],
            [(100 * (reals - doubted)) / reals, 'That is one kind alone. Take the mean of both.'],
          ],
        });
      },
      hint: () => 'Of each kind: right ones over all. Then the mean of the two shares.',
      solution: () =>
        '(right synthetic / synthetic + right real / real) / 2. Who always says “real” has 50 %, however many of either kind there are.',
    },
    4,
  ),
  exercise({
    chapter: 'game',
    title: 'A coin plays too',
    own: (draw) => {
      const n = draw.pick([5, 6, 7, 8]);
      return { n, k: n - draw.pick([1, 2]) };
    },
    task: ({ n, k }) =>
      `A player tosses a coin for each of ${n} pictures. How likely is it that ${k} or more are right, in per cent? To within 1.`,
    fields: ['Per cent'],
    check: ([value = Number.NaN], { n, k }) =>
      faultOf(value, {
        right: 100 * atLeast(n, k),
        tolerance: 1,
        slips: [
          [(100 * choose(n, k)) / 2 ** n, `That is exactly ${k}. More are as good.`],
          [atLeast(n, k), 'That is the share. In per cent it is a hundred times as much.'],
          [100 * (1 - atLeast(n, k)), 'That is the chance to stay below.'],
          [100 / 2 ** k, `That is the chance to have ${k} in a row. There are several ways to miss one.`],
          [100 / 2 ** n, 'That is the chance of all right.'],
          [(100 * k) / n, `That is the share of right ones. How many of the 2 to the ${n} ways have it?`],
        ],
      }),
    hint: ({ n, k }) => `There are 2 to the ${n} ways to be right and wrong. Count those with ${n - k} wrong or fewer.`,
    solution: ({ n, k }) =>
      `${Array.from({ length: n - k + 1 }, (_, i) => choose(n, k + i)).join(' + ')} of ${2 ** n} ways: ${say(100 * atLeast(n, k), 1)} %. So such a score alone proves little.`,
  }),
  exercise({
    chapter: 'game',
    title: 'What it proves',
    own: nothing,
    task: () => 'Your whole class cannot tell the pictures from real ones. What have you shown?',
    options: [
      'The pictures may be used to train another network',
      'The model has learnt all kinds of pictures that there are in the data',
      'The pictures look like real ones to those who looked',
      'The model has not copied any picture of its training set',
    ],
    check: chosen([
      'They look right. Whether they are right, the anatomy for one, nobody was asked.',
      'You saw what it draws, not what it leaves out. That is another measure: recall.',
      undefined,
      'A copy of a training picture looks real, too. Copies have to be looked for among the training pictures.',
    ]),
    hint: () => 'What did each of you compare, and with what?',
    solution: () =>
      'That they look alike to you. Not that they are right, not that nothing is left out, and not that none is a copy: each has a measure of its own.',
  }),
];
