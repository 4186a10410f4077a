/** What a model card says of differential privacy: the promise, how it was kept, and what it does not cover. */

import type { Privacy, TrainingFile } from '@onnoise/base/folders';
import { plural } from '@onnoise/base/text';

const short = (value: number): number => Number(value.toPrecision(4));

/** @param counted whether the network is conditional on numbers of the images */
export function describePrivacy(
  { privacy, data, start }: Pick<TrainingFile, 'data' | 'start'> & { privacy: Privacy },
  counted: boolean,
): string[] {
  const { epsilon, delta, unit, records, clip, timesteps, noiseMultiplier, samplingRate, steps } = privacy;
  const one = unit === 'image' ? 'one image' : 'all images of one group, which are those that are held out together';
  const over = timesteps === 1 ? '' : `, averaged over ${timesteps} timesteps,`;
  const told = [
    'the number and size of the images',
    ...(data.classNames ? ['the names of their classes'] : []),
    ...(counted ? ['the mean, deviation and range of the conditions'] : []),
    ...(data.levels ? ['their levels'] : []),
  ];
  return [
    '## Privacy',
    [
      `- **epsilon ${short(epsilon)} at delta ${delta}**, by which these weights would be nearly as likely without ${one} of training`,
      `- DP-SGD: the gradient of each image${over} is clipped to a norm of ${clip}, and their sum gets noise of ${short(noiseMultiplier)} times that; each of ` +
        `${plural(steps, 'step')} takes each of ${plural(records, unit)} with a chance of ${short(samplingRate)} (Poisson sampling), ` +
        'accounted for by privacy loss distributions',
      ...(unit === 'image'
        ? [
            '- the unit is the image: who is in several of them has less of this protection, with k images k times the epsilon',
          ]
        : []),
      `- told as they are, without noise: ${listed(told)}`,
      '- not counted: what was chosen by looking at earlier runs or at losses on these images, such as the settings below',
      ...(start
        ? [`- not counted: what the weights that it started from tell. They must not have learnt from these ${unit}s`]
        : []),
    ].join('\n'),
  ];
}

const listed = (words: readonly string[]): string =>
  words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
