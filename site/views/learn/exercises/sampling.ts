/** Exercises of the chapters on pictures: sampling, improvements, and the game. */

import { balancedAccuracy } from '../../game/rules/score.ts';
import { confusionOf, readRecord } from '../../game/state/record.ts';
import { chosen, exercise, factor, faultOf, nothing, say } from './exercise.ts';

export const sampling = [
  exercise({
    chapter: 'sampling',
    title: 'One step, by hand',
    own: (draw) => ({
      a: draw.between(0.5, 0.8, 0.05),
      b: draw.between(0.15, 0.45, 0.05),
      sigma: draw.pick([0.2, 0.25, 0.3, 0.35]),
      x: draw.pick([-1.2, -0.8, -0.6, 0.6, 0.9, 1.3]),
      guess: draw.pick([-0.9, -0.7, 0.5, 0.8]),
      z: draw.pick([-1.6, -1.3, -0.7, 0.8, 1.1, 1.5]),
    }),
    figure: '.learn-algorithm',
    task: ({ a, b, sigma, x, guess, z }) =>
      `In your step a = ${say(a)}, b = ${say(b)} and σ = ${say(sigma)}. A pixel is xₜ = ${say(x)}, the network’s guess of the picture is x̂₀ = ${say(guess)}, and the fresh noise is z = ${say(z)}. What is the next x? To within 0.01.`,
    fields: ['Next x'],
    check: ([value = Number.NaN], { a, b, sigma, x, guess, z }) => {
      const mean = a * x + b * guess;
      return faultOf(value, {
        right: mean + sigma * z,
        tolerance: 0.01,
        slips: [
          [mean, 'That is the mean μ. The fresh noise is still missing.'],
          [mean + sigma ** 2 * z, 'σ is a standard deviation already: do not square it.'],
          [mean + z, 'Not all of z is added: multiply it by σ.'],
          [b * x + a * guess + sigma * z, 'a belongs to xₜ and b to x̂₀.'],
          [mean - sigma * z, 'The fresh noise is added, with its own sign.'],
        ],
      });
    },
    hint: () => 'The last three lines inside the loop: μ, then z, then the next x.',
    solution: ({ a, b, sigma, x, guess, z }) =>
      `μ = ${say(a)} · ${factor(x)} + ${say(b)} · ${factor(guess)} = ${say(a * x + b * guess, 3)}, and the next x = μ + σ z = ${say(a * x + b * guess, 3)} + ${say(sigma)} · ${factor(z)} = ${say(a * x + b * guess + sigma * z, 3)}.`,
  }),
  exercise(
    {
      chapter: 'sampling',
      title: 'Whom a step trusts',
      own: (draw) => ({ steps: draw.pick([10, 20]) }),
      figure: '.learn-sampling',
      task: ({ steps }) =>
        `Choose ${steps} steps, and go on with “Whole step” to the first step after the very first in which the guess weighs more than xₜ: b is larger than a. Stop inside that step.`,
      read: ({ walk }) => {
        if (!walk) return 'Press “Whole step” first.';
        const first = walk.b.findIndex((b, i) => i > 0 && b > walk.a[i]!);
        return [walk.a.length, walk.step, first, walk.a[walk.step] ?? 0, walk.b[walk.step] ?? 0];
      },
      shown: ([steps = 0, step = 0, , a = 0, b = 0]) =>
        `step ${step + 1} of ${steps}, a = ${say(a, 3)}, b = ${say(b, 3)}`,
      check: ([steps = 0, step = 0, first = 0, a = 0, b = 0], { steps: wanted }) => {
        if (steps !== wanted) return `You have ${steps} steps, and should take ${wanted}.`;
        if (step === 0)
          return 'The very first step does not count: there a is nearly 0, because xₜ is nothing but noise.';
        if (step === first) return undefined;
        return step < first
          ? `In step ${step + 1} a is ${say(a, 3)} and b is ${say(b, 3)}: xₜ still weighs more. Go on.`
          : `In step ${step + 1} the guess weighs more, but it did so before as well. Start again.`;
      },
      hint: () => 'The line μ ← a xₜ + b x̂₀ shows both numbers.',
      solution: () =>
        'Late: in most of the steps xₜ weighs more, as the guess is rough. Towards the end the guess becomes good, b grows, and the last step returns the guess alone.',
    },
    5,
  ),
  exercise({
    chapter: 'sampling',
    title: 'Why noise again',
    own: nothing,
    figure: '.learn-step-drawing',
    task: () => 'Sampling is to take noise away. Why does it add fresh noise in each step but the last?',
    options: [
      'To draw another picture each time: without it all pictures would be the same',
      'So that xₜ has as much noise as the network has seen at that t',
      'To make up for noise that the network has missed',
      'Because the forward process needs it',
    ],
    check: chosen([
      'Pictures would differ without it: each begins with another noise, as with DDIM. Think of what the network has seen in training.',
      undefined,
      'Fresh noise knows nothing of what was missed. Think of what the network has seen in training.',
      'The forward process is long over. Think of what the network has seen in training.',
    ]),
    hint: () => 'The mean μ alone is smoother than any xₜ of the forward process.',
    solution: () =>
      'The guess is a mean of all pictures that may be behind xₜ, so a step to μ alone would be too smooth. Training has shown the network only pictures with the full share of noise for their t. Fresh noise of the size σ brings it back.',
  }),
];

/** Exercises on improvements: what may be compared, how sure it is, and what a student saves. */

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
  exercise({
    chapter: 'improve',
    title: 'What a student saves',
    own: (draw) => ({ steps: draw.pick([20, 30, 40, 50]), calls: draw.pick([1, 2, 4]) }),
    figure: '.learn-few',
    task: ({ steps, calls }) =>
      `Your teacher draws a picture in ${steps} steps, with guidance. Its student draws it in ${calls === 1 ? '1 call' : `${calls} calls`}, and both networks are alike. How many pictures does the student draw while the teacher draws one?`,
    fields: ['Pictures'],
    check: ([value = Number.NaN], { steps, calls }) =>
      faultOf(value, {
        right: (2 * steps) / calls,
        tolerance: 0.01,
        slips: [
          [steps / calls, 'Guidance asks the teacher’s network twice in each step.'],
          [(2 * steps * 100) / calls, 'That is in per cent. A number of pictures was asked.'],
          [calls / (2 * steps), 'That is the other way round: divide the teacher’s calls by the student’s.'],
          [2 * steps - calls, 'That is how many calls are saved. Divide the one by the other.'],
        ],
      }),
    hint: () => 'Count the calls of both: the figure names them beside the pictures.',
    solution: ({ steps, calls }) =>
      `The teacher calls its network 2 · ${steps} = ${2 * steps} times, with the condition and without it. That is ${(2 * steps) / calls} times the student’s ${calls}.`,
  }),
];

/** Exercises on looking: one's own score, what chance does, and what a score proves. */

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
