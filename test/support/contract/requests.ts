/** Good and bad requests to a model with T = 100 and the classes cat, dog and cow, and every surface's answer. */
import { SAMPLER_NAMES } from '@onnoise/scheduler';
import type { PictureOptions } from '@onnoise/scheduler/model';

export const CLASS_NAMES = ['cat', 'Dog', 'cow'];

export const GOOD: readonly [name: string, options: PictureOptions, seeds: number[], labels: number[]][] = [
  ['nothing', { steps: 1 }, [0], [0]],
  ['a count', { steps: 1, count: 4, seed: 7 }, [7, 8, 9, 10], [0, 1, 2, 0]],
  ['seeds', { steps: 1, seeds: [9, 3] }, [9, 3], [0, 1]],
  ['as many seeds as count', { steps: 1, seeds: [9, 3], count: 2 }, [9, 3], [0, 1]],
  ['as many pictures as there is noise for', { steps: 1, latents: new Float32Array(32) }, [0, 1], [0, 1]],
  ['noise for each seed', { steps: 1, latents: new Float32Array(32), seeds: [9, 3] }, [9, 3], [0, 1]],
  ['classes in turn', { steps: 1, count: 3, labels: [2, 0] }, [0, 1, 2], [2, 0, 2]],
  ['classes by name', { steps: 1, count: 3, labels: ['cow', 'dog', ' 0 '] }, [0, 1, 2], [2, 1, 0]],
];

const LATENTS = 'sample images: latents must be a Float32Array of finite numbers, [N, 1, 4, 4]';
const SEED = 'an integer from 0 to 9007199254740991';

/** The error after `Cannot `. */
export const BAD: readonly [options: PictureOptions, says: string][] = [
  [{ steps: 0 }, 'compile the sampler: steps must be an integer from 1 to 100, received 0.'],
  [{ steps: 101 }, 'compile the sampler: steps must be an integer from 1 to 100, received 101.'],
  [{ seed: -1 }, `sample images: seed must be ${SEED}, received -1.`],
  [{ seed: 1, seeds: [1] }, 'sample images: seed must be left out where seeds are given, received 1.'],
  [{ seeds: [] }, 'sample images: seeds must be at least one seed, received [].'],
  [{ seeds: [0.5] }, `sample images: a seed must be ${SEED}, received 0.5.`],
  [{ seeds: [1, 2], count: 3 }, 'sample images: seeds must be as many as count, 3, received 2 of them.'],
  [{ latents: Array(16).fill(0) as never, returnLatents: true }, `${LATENTS}, received an array of 16.`],
  [{ latents: new Float32Array(17) }, `${LATENTS}, received 17 values.`],
  [{ latents: new Float32Array(0) }, `${LATENTS}, received 0 values.`],
  [{ latents: new Float32Array(16).fill(Number.NaN, 3) }, `${LATENTS}, received NaN.`],
  [
    { latents: new Float32Array(16), count: 2 },
    'sample images: latents must be the noise of as many pictures as are asked for, 2, received that of 1.',
  ],
  [
    { latents: new Float32Array(48), seeds: [1, 2] },
    'sample images: latents must be the noise of as many pictures as are asked for, 2, received that of 3.',
  ],
  [
    { latents: new Float32Array(48), interpolate: [1, 2], labels: [1] },
    'sample images: interpolate must be left out where latents are given, received [1, 2].',
  ],
  [
    { latents: new Float32Array(48), variations: 1, labels: [1] },
    'sample images: variations must be left out where latents are given, received 1.',
  ],
  [{ returnLatents: 1 as never }, 'sample images: returnLatents must be true or false, received 1.'],
  [
    { labels: [-1] },
    'sample images: a label must be a class, one of cat, Dog, cow, or a number from 0 to 2, received -1.',
  ],
  [{ labels: [] }, 'sample images: labels must be at least one class, received [].'],
  [{ labels: [0, 1] }, 'sample images: labels must be at most as many as images, received 2 for 1.'],
  [
    { labels: [3] },
    'sample images: a label must be a class, one of cat, Dog, cow, or a number from 0 to 2, received 3.',
  ],
  [
    { labels: ['owl'] },
    'sample images: a label must be a class, one of cat, Dog, cow, or a number from 0 to 2, received "owl".',
  ],
  [{ eta: 2 }, 'compile the sampler: eta must be a number from 0 to 1, received 2.'],
  [
    { sampler: 'pndm' as 'ddim' },
    `compile the sampler: sampler must be one of ${SAMPLER_NAMES.join(', ')}, received "pndm".`,
  ],
  [
    { sampler: 'ddim', spacing: 'karras' },
    'compile the sampler: spacing must be one of model, leading, linspace, trailing with sampler ddim, received "karras".',
  ],
  [{ steps: 1.5 }, 'compile the sampler: steps must be an integer from 1 to 100, received 1.5.'],
  [{ sampler: 'ddpm', eta: 0.5 }, 'compile the sampler: eta must be left out or 0 with sampler ddpm, received 0.5.'],
  [
    { sampler: 'dpmpp_2m_sde', steps: 100 },
    'compile the sampler: steps must be at most 99 with leading spacing, so that no timestep comes twice, received 100.',
  ],
  [{ guidance: 21 }, 'sample images: guidance must be a number from 0 to 20, received 21.'],
  [
    { guidance: 2 },
    'sample images: guidance must be left out or 1, this model was always told its condition in training, received 2.',
  ],
  [{ conditions: { age: 1 } }, 'sample images: a condition must be left out, this model takes none, received "age".'],
];

/** Those to a model that is told its class and an age from 10 to 200, or nothing. */
export const BAD_OF_GUIDED: readonly [options: PictureOptions, says: string][] = [
  [{ conditions: { weight: 5 } }, 'sample images: a condition must be one of age, received "weight".'],
  [{ conditions: { age: 201 } }, 'sample images: condition age must be a number from 10 to 200, received 201.'],
  ...(
    [
      [60, 20],
      [0, 100],
    ] as const
  ).map(([low, high]): [PictureOptions, string] => [
    { guidanceInterval: [low, high] },
    `sample images: the guidance interval must be two timesteps from 0 to 99, the lower first, received [${low}, ${high}].`,
  ]),
];
