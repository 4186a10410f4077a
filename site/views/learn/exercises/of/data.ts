/** Exercises on data: the window, what it cuts off, and the batch. */
import { exercise, faultOf, say } from '../rules/exercise.ts';

export const data = [
  exercise({
    chapter: 'data',
    title: 'From gray to x',
    own: (draw) => {
      const [low, width] = [draw.between(10, 60, 5), draw.pick([100, 120, 150, 180])];
      return { level: low + width / 2, width, v: low + Math.round(width * draw.pick([0.15, 0.3, 0.65, 0.8, 0.9])) };
    },
    figure: '.learn-scale-row',
    task: ({ level, width, v }) =>
      `Your window has the level ${say(level)} and the width ${width}. Which x becomes of the gray value v = ${v}? To within 0.02.`,
    fields: ['x'],
    check: ([value = Number.NaN], { level, width, v }) => {
      const low = level - width / 2;
      return faultOf(value, {
        right: (2 * (v - low)) / width - 1,
        tolerance: 0.02,
        slips: [
          [(v - low) / width, 'That goes from 0 to 1. The network wants −1 to 1.'],
          [(2 * v) / 255 - 1, 'That is x without a window: as if all 256 grays were kept.'],
          [v / 255, 'That is the gray as a share of 255. The window, and the way to −1 … 1, are missing.'],
          [(v - level) / width, 'Half the width is 1, not the whole width.'],
          [
            (2 * (v - level)) / width - 1,
            'The level is the middle of the window, which becomes 0. Begin at its lower end.',
          ],
        ],
      });
    },
    hint: () => 'The window begins at level − width / 2. Set it in the figure: the formula above shows your numbers.',
    solution: ({ level, width, v }) => {
      const low = level - width / 2;
      return `It begins at ${say(level)} − ${width} / 2 = ${say(low)}, so x = 2 · (${v} − ${say(low)}) / ${width} − 1 = ${say((2 * (v - low)) / width - 1)}.`;
    },
  }),
  exercise(
    {
      chapter: 'data',
      title: 'A window for the noise',
      own: (draw) => ({ mean: draw.between(-0.4, 0, 0.1) }),
      figure: '.learn-scale-row',
      task: ({ mean }) =>
        `Move the window so that the mean of x is ${say(mean, 1)}, to within 0.05, and no more than half of the pixels are cut off.`,
      read: ({ window }) => (window ? [window.mean, window.cut] : 'The phantom is not there yet.'),
      shown: ([mean = 0, cut = 0]) => `mean ${say(mean)}, ${Math.round(100 * cut)} % cut off`,
      check: ([now = 0, cut = 0], { mean }) => {
        if (Math.abs(now - mean) > 0.05 + 1e-9) {
          return now > mean
            ? `The mean is ${say(now)}: too white. A higher level, or a larger width, makes it darker.`
            : `The mean is ${say(now)}: too black. A lower level makes it whiter.`;
        }
        if (cut > 0.5)
          return `The mean fits, but ${Math.round(100 * cut)} % of the pixels are cut off. Widen the window.`;
        return undefined;
      },
      hint: () => 'The level is the gray that becomes 0. Most of the film is dark.',
      solution: () =>
        'Many windows do: a low level makes the whole film whiter, and a width of 200 or more cuts off little. The noise that is added has mean 0, so a picture far from it is easily told from noise by its shade alone.',
    },
    2,
  ),
  exercise({
    chapter: 'data',
    title: 'Less noise in the gradient',
    own: (draw) => ({ times: draw.pick([3, 5, 6, 7, 9, 10, 11, 12]) }),
    figure: '.learn-batch-choice',
    task: ({ times }) =>
      `A correction by one picture is too noisy for you. How many pictures must a batch have so that the noise of its gradient is ${times} times smaller? Look at 1, 4, 16 and 64 in the figure.`,
    fields: ['Batch size'],
    check: ([value = Number.NaN], { times }) =>
      faultOf(value, {
        right: times * times,
        tolerance: 0.5,
        slips: [
          [times, `Not so few: ${times} pictures make it only √${times} = ${say(Math.sqrt(times))} times smaller.`],
          [2 * times, 'The noise falls with the root of the batch size: compare 4 with 16 in the figure.'],
          [2 ** times, 'It does not halve with each picture: four times the batch halves it.'],
        ],
      }),
    hint: () => 'Four times the batch, half the noise.',
    solution: ({ times }) =>
      `${times}² = ${times * times}: the mean of B independent pictures has a deviation √B times smaller. So it is ${times * times} times the work.`,
  }),
];
