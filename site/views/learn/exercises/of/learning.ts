/** Exercises on training: a run of one's own, and what L1 and L2 learn. */
import { exercise, say } from '../rules/exercise.ts';

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
    start: () => ['camps', { right: 5 }],
    task: ({ right }) =>
      `Choose “Two camps”: answers are −1 or 1. Set them so that a network trained with L2 says ${say((2 * right) / ANSWERS - 1)}. What does L1 say then, and what does it forget?`,
    read: ({ camps }) => (camps?.right != null ? [camps.right] : 'Choose “Two camps” in the figure first.'),
    shown: ([right = 0]) => `${right} of ${ANSWERS} in the right camp`,
    check: ([right = 0], { right: wanted }) => {
      const mean = (2 * right) / ANSWERS - 1;
      if (right === wanted) return undefined;
      return `With ${right} of ${ANSWERS} at 1 the mean is ${say(mean)}: too ${right < wanted ? 'few' : 'many'} in the right camp.`;
    },
    hint: () =>
      `The mean of ${ANSWERS} answers, of which r are 1 and the others −1, is (2 r − ${ANSWERS}) / ${ANSWERS}.`,
    solution: ({ right }) =>
      `${right} of ${ANSWERS}. L1 says −1 as long as the right camp is the smaller one: it forgets how many are in it, so sampling never draws the rare ones.`,
  }),
];
