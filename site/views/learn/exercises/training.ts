/** Exercises of the chapters on training: the U-Net, its data, and how it learns. */
import { alike, embeddingOf } from '../network/embedding.ts';
import { exercise, faultOf, say } from './exercise.ts';

/** Of the shipped digits' network. */
const SKIPS = [
  { place: 'topmost', channels: 48, side: 14 },
  { place: 'lowest', channels: 80, side: 7 },
] as const;

/** The smallest distance of two times whose vectors are no more than half alike. */
function halfAlike(dim: number, base: number, shift: number): number {
  const options = { dim, base, shift, cosinesFirst: false };
  const zero = embeddingOf(0, options);
  let gap = 0;
  while (gap < 1000 && alike(zero, embeddingOf(gap, options)) > 0.5) gap++;
  return gap;
}

export const network = [
  exercise(
    {
      chapter: 'network',
      title: 'The skip that counts',
      own: (draw) => ({ times: draw.pick([1.5, 2, 2.5]) }),
      figure: '.learn-without',
      task: ({ times }) =>
        `Cut one single skip, and choose it so that the error of the picture becomes at least ${say(times, 1)} times as large.`,
      read: ({ skips }) => (skips ? [skips.cut, skips.before, skips.after] : 'The network has not answered yet.'),
      shown: ([cut = 0, before = 1, after = 0]) => `${cut} cut, error ${say(after / before, 1)} times as large`,
      check: ([cut = 0, before = 1, after = 0], { times }) => {
        if (cut === 0) return 'No skip is cut yet.';
        if (cut > 1) return `${cut} are cut. Leave one alone: which of them does it?`;
        if (after / before >= times) return undefined;
        return `Without this one the error is only ${say(after / before, 1)} times as large. Try one that carries larger maps.`;
      },
      hint: () => 'At the bottom of the U the maps are small, and the way through the bottom brings nearly the same.',
      solution: () =>
        'The residual block at the top, with the largest maps: it carries the exact place of every edge, which the small maps at the bottom have lost. At t = 350 the error is 2.7 times as large without it, and 1.9 times without the first convolution. Cut those at the bottom, and hardly anything happens.',
    },
    3,
  ),
  exercise({
    chapter: 'network',
    title: 'How much a skip carries',
    own: (draw) => ({ skip: draw.pick(SKIPS) }),
    figure: '.learn-u',
    task: ({ skip }) =>
      `The ${skip.place} skip of the U carries ${skip.channels} feature maps. How many numbers is that for one picture?`,
    fields: ['Numbers'],
    check: ([value = Number.NaN], { skip: { channels, side } }) =>
      faultOf(value, {
        right: channels * side * side,
        tolerance: 0.5,
        slips: [
          [channels * side, `A map is a square: ${side} rows of ${side} numbers.`],
          [side * side, 'That is one map. How many are there?'],
          [channels * 28 * 28, 'The maps are no longer 28 × 28: look at the size that stands at the skip.'],
        ],
      }),
    hint: () => 'Channels and size stand at each block and skip.',
    solution: ({ skip: { channels, side } }) =>
      `${channels} maps of ${side} × ${side}: ${channels} · ${side} · ${side} = ${channels * side * side} numbers. The picture itself has 784.`,
  }),
  exercise(
    {
      chapter: 'network',
      title: 'Told apart',
      own: (draw) => ({ dim: draw.pick([16, 24, 48, 96]) }),
      figure: '.learn-time-row',
      start: ({ dim }) => ['embedding', { dim, base: 10_000, gap: 0 }],
      task: ({ dim }) =>
        `Set the dimension to ${dim} and leave the base at 10,000. How far must two times lie apart until their vectors are no more than half alike? Set the other time to the nearest such one, to within 1.`,
      read: ({ embedding: e }) => (e ? [e.dim, e.base, e.shift, e.gap] : 'The figure is not there yet.'),
      shown: ([dim = 0, , , gap = 0]) => `dimension ${dim}, ${Math.abs(gap)} apart`,
      check: ([dim = 0, base = 0, shift = 0, gap = 0], { dim: wanted }) => {
        if (dim !== wanted) return `The dimension is ${dim}, and yours is ${wanted}.`;
        if (base !== 10_000) return 'Leave the base at 10,000.';
        if (shift !== 0 && shift !== 1) return 'No network spreads its frequencies like that.';
        const right = halfAlike(dim, base, shift);
        const far = Math.abs(gap);
        if (Math.abs(far - right) <= 1) return undefined;
        return far < right
          ? `${far} apart they are still more than half alike.`
          : `${far} apart they are half alike or less, but nearer ones are, too.`;
      },
      hint: () => 'The last line of the figure says how much of the largest dot product is left: go to 0.5.',
      solution: ({ dim }) =>
        `${halfAlike(dim, 10_000, 0)} or ${halfAlike(dim, 10_000, 1)} steps, as the network spreads its frequencies. Only the distance counts, not t itself. Fast sines and cosines fall apart first, slow ones are alike for hundreds of steps.`,
    },
    4,
  ),
];

/** Exercises on data: the window, what it cuts off, and the batch. */

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

/** Exercises on training: a run of one's own, and what L1 and L2 learn. */

const ANSWERS = 20;
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export const learning = [
  exercise(
    {
      chapter: 'learning',
      title: 'Train until it is good enough',
      own: (draw) => ({ loss: draw.pick([0.4, 0.42, 0.44]) }),
      figure: '.learn-learning',
      task: ({ loss }) =>
        `Train the tiny network until the mean of its last 100 losses is ${say(loss)} or less. It begins near 1: why?`,
      read: ({ training }) =>
        training ? [training.rounds, training.loss] : 'Press “Train”, and let it go on for 100 rounds at least.',
      shown: ([rounds = 0, loss = 0]) => `${rounds} rounds, loss ${say(loss)}`,
      check: ([rounds = 0, loss = 1], { loss: wanted }) => {
        if (rounds < 100) return `${rounds} rounds are too few for a mean: each loss depends on its draw of t.`;
        return loss <= wanted ? undefined : `After ${rounds} rounds it is ${say(loss)}. Train on.`;
      },
      hint: () => 'Who always says “no noise” is wrong by ε itself, and ε² is 1 on average.',
      solution: () =>
        'A few hundred rounds. It begins near 1, because an untrained network says almost nothing, and the mean of ε² is 1. It does not go to 0: several points may be behind one noisy point.',
    },
    2,
  ),
  exercise({
    chapter: 'learning',
    title: 'Mean or median',
    own: (draw) => {
      const low = draw.between(-0.9, -0.5, 0.1);
      const four = [low];
      for (let i = 0; i < 3; i++) four.push(Number((four[i]! + draw.pick([0.1, 0.2])).toFixed(1)));
      return { answers: [four[2]!, draw.pick([0.8, 0.9, 1]), four[0]!, four[3]!, four[1]!] };
    },
    figure: '.learn-errors-row',
    task: ({ answers }) =>
      `The same noisy pixel came with these noises, equally often: ${answers.map((value) => say(value)).join(', ')}. What does a perfect network say that was trained with L2, and what one that was trained with L1? To within 0.01.`,
    fields: ['With L2', 'With L1'],
    check: ([l2 = Number.NaN, l1 = Number.NaN], { answers }) => {
      const [mean, median] = [meanOf(answers), sorted(answers)[2]!];
      const near = (a: number, b: number) => Math.abs(a - b) <= 0.01 + 1e-9;
      if (near(l2, mean) && near(l1, median)) return undefined;
      if (near(l2, median) && near(l1, mean))
        return 'The other way round: L1 does not care how far away the outlier is.';
      if (near(l1, answers[2]!)) return 'For L1 take the one in the middle after you have sorted them.';
      if (near(l2, mean))
        return 'L2 is right. L1 is smallest at the median: sort them, and take the one in the middle.';
      if (near(l1, median)) return 'L1 is right. L2 is smallest at the mean: add them up, and divide by 5.';
      return 'Neither is right yet. L2 is smallest at the mean, L1 at the median.';
    },
    hint: () => 'Drag the outlier in the figure. Which of the two follows it?',
    solution: ({ answers }) =>
      `L2: the mean, ${say(meanOf(answers))}. L1: the median, ${say(sorted(answers)[2]!)}, the middle of ${sorted(
        answers,
      )
        .map((value) => say(value))
        .join(', ')}.`,
  }),
  exercise({
    chapter: 'learning',
    title: 'What the mean keeps',
    own: (draw) => ({ right: draw.between(2, 9, 1) }),
    figure: '.learn-errors-row',
    task: ({ right }) =>
      `Answers fall into two camps: of ${ANSWERS}, ${right} are 1 and all others are −1. What does a network say that was trained with L2, and what one that was trained with L1?`,
    fields: ['With L2', 'With L1'],
    check: ([l2 = Number.NaN, l1 = Number.NaN], { right }) => {
      const mean = (2 * right) / ANSWERS - 1;
      const near = (a: number, b: number) => Math.abs(a - b) <= 0.01 + 1e-9;
      if (near(l2, mean) && near(l1, -1)) return undefined;
      if (near(l2, -1) && near(l1, mean)) return 'The other way round: the mean is that of L2.';
      if (near(l2, right / ANSWERS)) return 'That is the share of the right camp. The others count −1 each, not 0.';
      if (near(l2, mean)) return 'L2 is right. L1 is smallest at the median, which lies in the larger camp.';
      return 'L2 is smallest at the mean: add up all answers, and divide by their number.';
    },
    hint: () =>
      `The mean of ${ANSWERS} answers, of which r are 1 and the others −1, is (2 r − ${ANSWERS}) / ${ANSWERS}.`,
    solution: ({ right }) =>
      `L2: ${say((2 * right) / ANSWERS - 1)}. L1: −1, as long as the right camp is the smaller one. It forgets how many are in it, so sampling never draws the rare ones.`,
  }),
];
