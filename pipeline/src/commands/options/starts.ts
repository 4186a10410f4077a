/** The options of `pipeline sample` that start from a picture, or go between seeds. */
import type { Fit } from '@onnoise/runtime-node';
import { USUAL_STRENGTH, USUAL_VARIATION } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { numberOption, toList, toNumber } from '../../terminal/options.ts';

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
  interpolate: {
    group,
    string: true,
    requiresArg: true,
    coerce: toPair,
    describe: 'From the picture of one seed to that of another, both among --count: 3,7',
  },
  variations: numberOption('variations', group, 'Pictures near the one of this seed'),
  variation: numberOption('variation', group, 'How far from it, 0 (the same) to 1 (any other)', `${USUAL_VARIATION}`),
});

export const startOptions = (group: string) => ({
  from: { group, string: true, requiresArg: true, describe: 'Picture to start from, of the size that the model makes' },
  strength: numberOption(
    'strength',
    group,
    'How much of it to paint anew, above 0 to 1: that part of the steps',
    `${USUAL_STRENGTH}, or 1 with --mask`,
  ),
  mask: {
    group,
    string: true,
    requiresArg: true,
    describe: 'Picture of where to paint anew: white is painted, black is kept exactly',
  },
  resamples: numberOption(
    'resamples',
    group,
    'With --mask: make each step this many times, so that new and old fit better',
    '1',
  ),
  fit: {
    group,
    requiresArg: true,
    choices: ['crop', 'pad', 'stretch'] satisfies Fit[],
    describe: 'Make --from and --mask of another size fit',
  },
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
