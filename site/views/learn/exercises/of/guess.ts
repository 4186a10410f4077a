/** Exercises on the network's job: how much noise, what is left, and where noise is hard to find. */
import { exercise, factor, faultOf, nothing, say } from '../rules/exercise.ts';

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
