/** Of a sampler whose first step `overshoots`. */
export const TOO_LONG =
  'The first step is too long for heun, which will leave noise: add --spacing exponential, or more --steps.';
