/** Exercises on the forward process: one step, the jump, and the signal-to-noise ratio. */
import { STANDARD, schedulePair, valuesAt } from '../../../forward/state/schedules.ts';
import { exercise, factor, faultOf, say } from '../rules/exercise.ts';

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
