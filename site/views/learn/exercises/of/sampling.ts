/** Exercises on sampling: one step by hand, whom a step trusts, and why noise is added again. */
import { chosen, exercise, factor, faultOf, nothing, say } from '../rules/exercise.ts';

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
