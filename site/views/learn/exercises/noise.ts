/** Exercises of the chapters before the network: why diffusion, the forward process, and the guess. */
import { STANDARD, schedulePair, valuesAt } from '../../forward/state/schedules.ts';
import { chosen, exercise, factor, faultOf, nothing, say } from './exercise.ts';

const { linear } = schedulePair(STANDARD);

/** Places of the bell's slider: see destroy/bell.tsx. */
const PLACES = Array.from({ length: 12 }, (_, i) => 40 + 5 * i);
const betaAt = (place: number) => (place / 100) ** 3;

export const destroy = [
  exercise({
    chapter: 'destroy',
    title: 'As wide as you want',
    own: (draw) => ({ deviation: Number(Math.sqrt(betaAt(draw.pick(PLACES))).toFixed(2)) }),
    figure: '.learn-bell-row',
    task: ({ deviation }) => `Set β so that the standard deviation of the step is ${say(deviation)}, to within 0.02.`,
    read: ({ bell }) => (bell ? [bell.beta] : 'The figure is not there yet.'),
    shown: ([beta = 0]) => `β = ${say(beta, 3)}`,
    check: ([beta = 0], { deviation }) => {
      const now = Math.sqrt(beta);
      if (Math.abs(now - deviation) <= 0.02 + 1e-9) return undefined;
      if (Math.abs(beta - deviation) <= 0.03) {
        return `You set β itself to ${say(deviation)}. β is the variance, so the standard deviation is √β = ${say(now)}.`;
      }
      if (Math.abs(Math.sqrt(1 - beta) - deviation) <= 0.02) {
        return `${say(deviation)} is now the factor of the pixel, √(1 − β). The width of the bell is √β = ${say(now)}.`;
      }
      return `Now it is √β = ${say(now)}: the bell is too ${now > deviation ? 'wide' : 'narrow'}.`;
    },
    hint: () => 'β is the variance of what is added.',
    solution: ({ deviation }) =>
      `β = ${say(deviation)}² = ${say(deviation ** 2, 3)}. The pixel is multiplied by √(1 − β) = ${say(Math.sqrt(1 - deviation ** 2))}, so that all variances stay about 1.`,
  }),
  exercise({
    chapter: 'destroy',
    title: 'The jump, by hand',
    // Of one sign: with two, a usual mistake may come to the same.
    own: (draw) => {
      const sign = draw.pick([-1, 1]);
      const [x0, epsilon] = [draw.between(0.4, 0.95, 0.05), draw.between(0.7, 1.7, 0.1)];
      return { x0: sign * x0, epsilon: sign * epsilon, t: draw.between(60, 180, 1) };
    },
    figure: '.learn-moved-formula',
    start: ({ x0, t }) => ['draw', { ofTime: true, x0, t }],
    task: ({ x0, epsilon, t }) =>
      `Your pixel is x₀ = ${say(x0)}, your noise ε = ${say(epsilon)}. What is xₜ at t = ${t} of 300 in the linear schedule? The figure gives you the two factors. To within 0.02.`,
    fields: ['xₜ'],
    check: ([value = Number.NaN], { x0, epsilon, t }) => {
      const { alphaBar: a, signal, noise } = valuesAt(linear, t);
      return faultOf(value, {
        right: signal * x0 + noise * epsilon,
        tolerance: 0.02,
        slips: [
          [a * x0 + (1 - a) * epsilon, 'You took ᾱ and 1 − ᾱ. They are variances: the factors are their roots.'],
          [signal * x0 + (1 - a) * epsilon, 'The factor of ε is the root of 1 − ᾱ, not 1 − ᾱ.'],
          [a * x0 + noise * epsilon, 'The factor of x₀ is the root of ᾱ, not ᾱ.'],
          [signal * x0, 'That is only the mean. The noise is still missing.'],
          [noise * x0 + signal * epsilon, 'You have the two factors the wrong way round: √ᾱ belongs to the picture.'],
          [x0 + noise * epsilon, 'The picture gets weaker too: multiply x₀ by √ᾱ.'],
          [signal * x0 - noise * epsilon, 'The noise is added, with its own sign.'],
        ],
      });
    },
    hint: () =>
      'xₜ = √ᾱ · x₀ + √(1 − ᾱ) · ε. Choose “Of xₜ” in the figure and set x₀ and t: the line above it has both factors.',
    solution: ({ x0, epsilon, t }) => {
      const { signal, noise } = valuesAt(linear, t);
      return `√ᾱ = ${say(signal, 3)} and √(1 − ᾱ) = ${say(noise, 3)}, so xₜ = ${say(signal, 3)} · ${factor(x0)} + ${say(noise, 3)} · ${factor(epsilon)} = ${say(signal * x0 + noise * epsilon, 3)}.`;
    },
  }),
  exercise({
    chapter: 'destroy',
    title: 'Signal to noise',
    own: (draw) => ({ ratio: draw.pick([0.25, 0.5, 1, 2, 4]) }),
    figure: '.learn-moved-formula',
    start: () => ['draw', { ofTime: true, t: 20 }],
    task: ({ ratio }) =>
      `The signal-to-noise ratio is ᾱ / (1 − ᾱ). Move t to where it is ${say(ratio)}, to within a tenth of that.`,
    read: ({ draw }) => (draw?.ofTime ? [draw.t] : 'Choose “Of xₜ” in the figure: only there is a time.'),
    shown: ([t = 1]) => {
      const { signal, noise } = valuesAt(linear, t);
      return `t = ${t}, with the factors ${say(signal)} and ${say(noise)}`;
    },
    check: ([t = 0], { ratio }) => {
      if (!Number.isInteger(t) || t < 1 || t > linear.T) return 'There is no such time.';
      const { snr, signal, noise } = valuesAt(linear, t);
      if (Math.abs(snr / ratio - 1) <= 0.1) return undefined;
      if (Math.abs(signal / noise / ratio - 1) <= 0.1) {
        return `Here the factors have the ratio ${say(signal / noise)}. The signal-to-noise ratio compares variances, so square them: it is ${say(snr)}.`;
      }
      return `At t = ${t} it is ${say(snr)}: there is still too ${snr > ratio ? 'much picture, go on to a later t' : 'little picture, go back to an earlier t'}.`;
    },
    hint: () => 'The factors in the figure are √ᾱ and √(1 − ᾱ). Their squares sum to 1.',
    solution: ({ ratio }) => {
      const t = 1 + linear.snr.findIndex((snr) => snr <= ratio);
      return `ᾱ / (1 − ᾱ) = ${say(ratio)} means ᾱ = ${say(ratio / (1 + ratio))}, so √(1 − ᾱ) = ${say(Math.sqrt(1 / (1 + ratio)))}. The linear schedule is there at t = ${t}.`;
    },
  }),
];

/** Exercises on why diffusion: what steps buy, and what they cost. */

const percent = (share: number) => `${Math.round(100 * share)} %`;

export const why = [
  exercise(
    {
      chapter: 'why',
      title: 'As few steps as will do',
      own: nothing,
      figure: '.learn-why',
      task: () => 'Choose the fewest steps with which the model reaches as much of the data as other real digits do.',
      read: ({ wishes }) => (wishes ? [wishes.steps, wishes.recall, wishes.real] : 'Choose a number of steps first.'),
      shown: ([steps = 0, recall = 0]) => `${steps} steps, ${percent(recall)} of the data`,
      check: ([steps = 0, recall = 0, real = 1]) => {
        if (recall < real) {
          return `With ${steps} steps ${percent(recall)} is reached, and real digits reach ${percent(real)}. ${steps < 15 ? 'More steps reach more.' : 'Fewer steps reached more here: the measure has its noise.'}`;
        }
        return steps > 15
          ? `${steps} steps reach it, but fewer do, too. Each step is a call of the network.`
          : undefined;
      },
      hint: () => 'Read the bar “All of the data”: its share, and in brackets that of real digits.',
      solution: () =>
        '15 steps: 93 %, where other real digits reach 90 %. With 5 steps it is 71 %. With 50 and 250 it is 85 % and 90 %, so more steps cost time and gain nothing that 100 pictures could show.',
    },
    3,
  ),
  exercise(
    {
      chapter: 'why',
      title: 'What steps cost on your device',
      own: (draw) => ({ many: draw.pick([15, 50]) }),
      figure: '.learn-live',
      start: () => ['wishes', { steps: 5 }],
      task: ({ many }) =>
        `Make the six pictures with 5 steps, then with ${many}. How many times as long did ${many} steps take as 5? Work it out from the two times that the page shows, to within 5 %.`,
      fields: ['Times as long'],
      read: ({ live }) =>
        live?.times[5] && (live.times[15] || live.times[50])
          ? [live.times[5], live.times[15] ?? 0, live.times[50] ?? 0]
          : 'Make pictures with both numbers of steps first: your answer is checked against your own times.',
      shown: ([few = 0, some = 0, many = 0]) =>
        [`5 steps ${say(few, 0)} ms`, some && `15 steps ${say(some, 0)} ms`, many && `50 steps ${say(many, 0)} ms`]
          .filter(Boolean)
          .join(', '),
      check: ([times = 0, few = 1, some = 0, most = 0], { many }) => {
        const long = many === 15 ? some : most;
        if (long === 0) return `Make the pictures with ${many} steps as well.`;
        const right = long / few;
        return faultOf(times, {
          right,
          tolerance: 0.05 * right,
          slips: [
            [few / long, 'That is the other way round: divide the longer time by the shorter.'],
            [long - few, 'That is the difference. How many times as long?'],
            [many / 5, 'That is what the calls alone would say. Divide the two times that you measured.'],
          ],
        });
      },
      hint: () => 'Divide one time by the other. Mind the units: one may be in seconds, the other in milliseconds.',
      solution: ({ many }) =>
        `About ${many / 5}, because each step is one call of the network and a call takes as long at any t. The first run may be slower, since the network has to be loaded: run it twice.`,
    },
    3,
  ),
  exercise({
    chapter: 'why',
    title: 'The wish that a GAN gives up',
    own: nothing,
    figure: '.learn-triangle',
    task: () => 'Look where the triangle has the GANs. Which wish do they pay with?',
    options: [
      'Good pictures: theirs are blurred',
      'All of the data: they leave out some kinds of pictures',
      'Fast sampling: they need many calls for a picture',
    ],
    check: chosen([
      'Their pictures are sharp: GANs stand beside that corner. Look for the farthest one.',
      undefined,
      'They need one call for a picture, the fewest there can be. Look for the farthest corner.',
    ]),
    hint: () => 'The nearer to a corner, the more of it. Which corner is the farthest from the GANs?',
    solution: () =>
      'All of the data. The generator goes where its critic lets it through, so it chases from kind to kind and leaves others out: mode collapse. Its pictures are sharp and come in one call.',
  }),
];

/** Exercises on the network's job: how much noise, what is left, and where noise is hard to find. */

export const guess = [
  exercise(
    {
      chapter: 'guess',
      title: 'By eye',
      own: nothing,
      figure: '.learn-riddle',
      task: () =>
        'Guess t of a noisy picture to within 100, and press “Check” there. Take another picture if you miss it.',
      read: ({ riddle }) =>
        riddle?.told ? [riddle.guess, riddle.t, riddle.T] : 'Guess a picture first, and press “Check” beside it.',
      shown: ([mine = 0, t = 0]) => `you said ${mine}, and it is ${t}`,
      check: ([mine = 0, t = 0, T = 1000]) => {
        const off = Math.abs(mine - t);
        if (off <= T / 10) return undefined;
        return `You were ${off} off. The picture had ${mine > t ? 'less' : 'more'} noise than you thought. Take another one.`;
      },
      hint: () =>
        'With half of the variance noise you still see the digit. Past three quarters of the way only a shade is left.',
      solution: () =>
        'There is no one answer. Most people are within 100 after a few pictures. The network is not asked to do this: it is told t.',
    },
    3,
  ),
  exercise({
    chapter: 'guess',
    title: 'What is left',
    own: (draw) => ({
      alphaBar: draw.pick([0.25, 0.36, 0.49, 0.64]),
      x: draw.pick([-1.3, -0.9, -0.5, 0.3, 0.7, 1.1]),
      guess: draw.pick([-1.25, -0.95, -0.55, 0.45, 0.85, 1.35]),
    }),
    figure: '.learn-riddle',
    task: ({ alphaBar, x, guess }) =>
      `At your t, ᾱ = ${say(alphaBar)}. A pixel is xₜ = ${say(x)}, and the network says that its noise is ε̂ = ${say(guess)}. Which x̂₀ is left? To within 0.02.`,
    fields: ['x̂₀'],
    check: ([value = Number.NaN], { alphaBar, x, guess }) => {
      const [signal, noise] = [Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)];
      return faultOf(value, {
        right: (x - noise * guess) / signal,
        tolerance: 0.02,
        slips: [
          [x - guess, 'You took all of ε̂ away. Only √(1 − ᾱ) of it is in xₜ, and what is left was made smaller by √ᾱ.'],
          [x - noise * guess, 'That is √ᾱ · x̂₀. Divide by √ᾱ.'],
          [signal * (x - noise * guess), 'Divide by √ᾱ in place of multiplying: the forward process multiplied.'],
          [(x - guess) / signal, 'Only √(1 − ᾱ) of ε̂ is in xₜ.'],
          [(x - (1 - alphaBar) * guess) / alphaBar, 'ᾱ and 1 − ᾱ are variances: take their roots.'],
          [(x + noise * guess) / signal, 'The noise was added, so take it away.'],
        ],
      });
    },
    hint: () => 'Solve xₜ = √ᾱ · x₀ + √(1 − ᾱ) · ε for x₀.',
    solution: ({ alphaBar, x, guess }) => {
      const [signal, noise] = [Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)];
      return `x̂₀ = (xₜ − √(1 − ᾱ) · ε̂) / √ᾱ = (${say(x)} − ${say(noise, 3)} · ${factor(guess)}) / ${say(signal)} = ${say((x - noise * guess) / signal)}. It may lie outside −1 to 1: sampling cuts it.`;
    },
  }),
  exercise(
    {
      chapter: 'guess',
      title: 'Where noise is hard to find',
      own: (draw) => ({ error: draw.pick([0.03, 0.05, 0.08, 0.12]) }),
      figure: '.learn-reveal',
      task: ({ error }) =>
        `Find a t at which the mean squared error of the network’s noise is ${say(error)}, to within a quarter of that.`,
      read: ({ error }) =>
        error ? [error.t, error.mse] : 'Press “Check” at the riddle first: then the network guesses.',
      shown: ([t = 0, mse = 0]) => `t = ${t}, error ${say(mse, 3)}`,
      check: ([t = 0, mse = 0], { error }) => {
        if (Math.abs(mse / error - 1) <= 0.25) return undefined;
        return mse > error
          ? `At t = ${t} the error is ${say(mse, 3)}, which is too much. The more noise, the easier it is to find: go to a later t.`
          : `At t = ${t} the error is only ${say(mse, 3)}. Where there is little noise it is hard to find: go to an earlier t.`;
      },
      hint: () => 'Look at the error at both ends of the slider first.',
      solution: () =>
        'It depends on the picture. With the first one 0.12 is near t = 50, and 0.03 near t = 270. The error falls with t: with much noise nearly all of xₜ is noise, with little the network has to tell it from the edges of strokes.',
    },
    2,
  ),
];
