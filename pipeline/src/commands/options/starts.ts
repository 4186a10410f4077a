/** The options of `pipeline sample` that start from a picture, or go between seeds. */

import { numberOption, toList, toNumber } from '@onnoise/base/terminal';
import type { Fit } from '@onnoise/runtime-node';
import { USUAL_STRENGTH, USUAL_VARIATION } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { textOption } from './command.ts';

export interface StartArguments {
  from?: string | undefined;
  strength?: number | undefined;
  mask?: string | undefined;
  resamples?: number | undefined;
  fit?: Fit | undefined;
  interpolate?: [number, number] | undefined;
  variations?: number | undefined;
  variation?: number | undefined;
}

/** Instead of one seed for each picture. */
export const seedMixOptions = (group: string) => ({
  interpolate: textOption('Two seeds to interpolate between; their pictures are the first and last of --count: 3,7', {
    group,
    coerce: toPair,
  }),
  variations: numberOption('variations', group, 'Sample variations of the picture of this seed'),
  variation: numberOption(
    'variation',
    group,
    'How far --variations are from it, from 0 (the same picture) to 1 (any other)',
    `${USUAL_VARIATION}`,
  ),
});

export const startOptions = (group: string) => ({
  from: textOption("Picture to start from, of the size of the model's pictures", { group }),
  strength: numberOption(
    'strength',
    group,
    'How much of it to repaint, above 0 to 1: the share of the steps to run',
    `${USUAL_STRENGTH}, or 1 with --mask`,
  ),
  mask: textOption('Picture that says where to repaint: white is repainted, black is kept exactly', { group }),
  resamples: numberOption(
    'resamples',
    group,
    'With --mask: run each step this many times, so that new and old parts fit together better',
    '1',
  ),
  fit: { ...fit(group), describe: 'How to fit pictures and masks of another size' },
});

const fit = (group: string) => ({ group, requiresArg: true, choices: ['crop', 'pad', 'stretch'] satisfies Fit[] });

/** How what an order tells a model gets its size. */
export const toldFitOption = (group: string) => ({
  fit: { ...fit(group), describe: 'How to fit masks and condition images of another size' },
});

/** What a model is told of each picture. */
export const conditionImageOptions = (group: string) => ({
  masks: textOption(
    'Label map, or a folder of them, to draw a picture of each; for a model that was trained with --masks',
    {
      group,
    },
  ),
  'condition-images': textOption(
    'Picture, or a folder of them, to draw a picture of each; for a model that was trained with --condition-images',
    { group },
  ),
});

function toPair(value: unknown): [number, number] | undefined {
  const list = toList('interpolate', '3,7')(value)?.map((part) => toNumber('interpolate')(part)!);
  if (list === undefined) return undefined;
  const [first, second] = list;
  if (list.length === 2) return [first!, second!];
  throw new InputError(
    `Cannot read the options: --interpolate must be two seeds, as 3,7, received "${String(value)}".`,
  );
}
