/** Exercises on improvements: what may be compared, how sure it is, and how few calls will do. */
import { exercise, faultOf, say } from '../rules/exercise.ts';

const counted = (steps: number): string => (steps === 1 ? '1 step' : `${steps} steps`);

/** Student's t for 95 %, by the number of values. */
const STUDENT: Readonly<Record<number, number>> = { 3: 4.303, 4: 3.182, 5: 2.776 };

function spreadOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

export const improve = [
  exercise(
    {
      chapter: 'improve',
      title: 'Better, and fairly so',
      own: () => ({}),
      figure: '.learn-improve-pair',
      task: () =>
        'Choose an improvement whose loss on held-out images is lower than that of the tutorial’s network, and may be compared with it.',
      read: ({ improvement: one }) =>
        one ? [one.before, one.after, Number(one.comparable)] : 'The figure is not there yet.',
      shown: ([before = 0, after = 0]) => `${say(after, 3)}, the tutorial’s ${say(before, 3)}`,
      check: ([before = 0, after = 0, comparable = 0]) => {
        if (!comparable) return 'This run has another amount of noise at each t, so its loss is of another task.';
        return after < before
          ? undefined
          : `Its loss is ${say(after, 4)}, and the tutorial’s ${say(before, 4)}: not lower.`;
      },
      hint: () => 'A line below the losses warns where they cannot be compared.',
      solution: () =>
        'One that leaves the schedule as it is, with a lower loss at the end, such as attention or residual connections. One seed proves little: see the figure of seeds.',
    },
    3,
  ),
  exercise({
    chapter: 'improve',
    title: 'How sure are you?',
    own: (draw) => {
      const count = draw.pick([3, 4, 5]);
      const base = draw.between(-0.014, -0.006, 0.001);
      const ends = [base - draw.between(0.002, 0.005, 0.001), base + draw.between(0.002, 0.005, 0.001)];
      const others = Array.from({ length: count - 2 }, () => base + draw.between(-0.002, 0.002, 0.001));
      return { values: [...ends, ...others].map((value) => Number(value.toFixed(3))) };
    },
    figure: '.learn-seeds',
    task: ({ values }) =>
      `You train with and without your idea, with ${values.length} seeds. The losses differ by ${values.map((value) => say(value, 3)).join(', ')}. The 95 % interval is the mean ± t · s / √${values.length}, with Student’s t = ${STUDENT[values.length]}. How large is the half width t · s / √${values.length}? To within 5 %.`,
    fields: ['Half width'],
    check: ([value = Number.NaN], { values }) => {
      const [n, s] = [values.length, spreadOf(values)];
      const t = STUDENT[n]!;
      const right = (t * s) / Math.sqrt(n);
      const population = s * Math.sqrt((n - 1) / n);
      return faultOf(value, {
        right,
        tolerance: Math.max(0.05 * right, 1e-5),
        slips: [
          [t * s, `Divide by √${n}: it is the interval of the mean, not of one seed.`],
          [
            (t * population) / Math.sqrt(n),
            `For s divide by ${n - 1}, not by ${n}: the mean was taken from the same values.`,
          ],
          [s / Math.sqrt(n), 'That is the standard error. Multiply by t.'],
          [s, 'That is s, the spread between seeds. The mean is surer than one seed, and t is missing.'],
          [(1.96 * s) / Math.sqrt(n), 'You took 1.96. With so few seeds s itself is unsure, so t is larger.'],
          [(t * s) / n, `The root of ${n}, not ${n} itself.`],
        ],
      });
    },
    hint: ({ values }) => `s is the root of the sum of squared differences from the mean, over ${values.length - 1}.`,
    solution: ({ values }) => {
      const n = values.length;
      const mean = values.reduce((sum, one) => sum + one, 0) / n;
      const half = (STUDENT[n]! * spreadOf(values)) / Math.sqrt(n);
      return `s = ${spreadOf(values).toPrecision(3)}, so the half width is ${half.toPrecision(3)}. The mean is ${say(mean, 4)}: ${Math.abs(mean) > half ? 'the interval leaves out 0, so these seeds tell.' : 'the interval holds 0, so these seeds do not tell.'}`;
    },
  }),
  exercise(
    {
      chapter: 'improve',
      title: 'As few calls as will do',
      own: (draw) => ({ miss: draw.pick([0.1, 0.25, 0.6]) }),
      figure: '.learn-few-table',
      start: () => ['few', { steps: 50 }],
      task: ({ miss }) =>
        `Press “Learn”. With how few steps does diffusion still end within ${say(miss)} of its fine path? Set the steps to that.`,
      read: ({ few }) => {
        if (!few || Object.keys(few.missed).length === 0)
          return 'Press “Learn” first, and wait until diffusion has learnt.';
        return [few.steps, ...[1, 2, 4, 8, 50].map((count) => few.missed[count] ?? 9)];
      },
      shown: ([steps = 0]) => counted(steps),
      check: ([steps = 0, ...missed], { miss }) => {
        const counts = [1, 2, 4, 8, 50];
        const fewest = counts.find((_, i) => missed[i]! < miss);
        const now = missed[counts.indexOf(steps)] ?? 9;
        if (steps === fewest) return undefined;
        return now < miss
          ? `${steps} steps do, but fewer do, too.`
          : `With ${counted(steps)} it misses by ${say(now)}.`;
      },
      hint: () => 'The table has a row for each number of steps.',
      solution: () =>
        'Read the column of diffusion from the top: the first row below your bound. The student is there with one step, because its paths are straight.',
    },
    6,
  ),
];
