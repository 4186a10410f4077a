/**
 * `pipeline utility`: whether synthetic images help a network that learns from few real ones (docs/evaluation/utility.md). It checks everything
 * before a network is trained: images, options, and whether the results can be written.
 */
import { numberOption } from '@onnoise/base/terminal';
import { USUAL_COUNTS, USUAL_SEEDS, USUAL_SHARE, USUAL_STEPS } from '@onnoise/evaluation/options';
import { refuse } from '@onnoise/scheduler/rules';
import { type Command, textOption } from './options/command.ts';
import { syntheticOptions, type UtilityArguments, utilityDataOptions } from './options/utility-fields.ts';

const DATA = 'Real images:';
const SYNTHETIC = 'Synthetic images:';
const RUNS = 'The networks:';
const RESULTS = 'Results:';

export const command: Command<UtilityArguments> = {
  usage:
    '$0 utility --data <real images> --synthetic <images> [options]\n\n' +
    'Trains a small classifier on real images, on synthetic ones and on both, tests all on other real images, and says whether the synthetic images help.',
  options: {
    ...utilityDataOptions(DATA),
    ...syntheticOptions(SYNTHETIC),
    'real-count': {
      group: RUNS,
      string: true,
      requiresArg: true,
      coerce: toCounts,
      defaultDescription: USUAL_COUNTS.join(','),
      describe: 'Numbers of real images to train on',
    },
    seeds: {
      ...numberOption('seeds', RUNS, 'Seeds: each chooses other real images, and begins with other weights'),
      default: USUAL_SEEDS,
    },
    steps: {
      ...numberOption('steps', RUNS, 'Training steps of each run, the same whatever it learns from'),
      default: USUAL_STEPS,
    },
    'synthetic-share': {
      ...numberOption('synthetic-share', RUNS, 'Share of synthetic images in the steps of a run with both'),
      default: USUAL_SHARE,
    },
    minutes: numberOption('minutes', RUNS, 'Begin no run after so long; the same command goes on', 'no limit'),
    out: textOption('Folder for utility.json, report.html and runs.jsonl, which keeps each run', {
      group: RESULTS,
      default: 'out/utility',
    }),
    'dry-run': {
      group: RESULTS,
      boolean: true,
      default: false,
      describe: 'Check everything, count the runs, then stop',
    },
  },
  examples: [
    ['$0 utility --data photos --synthetic fakes', 'classes from sub-folders'],
    [
      '$0 utility --data x --csv x.csv --label-column kind --synthetic out/bulk --minutes 60',
      'classes of a table, pictures of generate, an hour at a time',
    ],
  ],
  handler: async (args) => {
    const { measureUtility } = await import('./stages/measure-utility.ts');
    await measureUtility(args);
  },
};

/** `50,100,200` */
function toCounts(typed: unknown): number[] | undefined {
  if (typed === undefined) return undefined;
  const texts = String(typed)
    .split(',')
    .map((text) => text.trim());
  if (texts.every((text) => /^\d{1,9}$/.test(text))) return texts.map(Number);
  return refuse('read the options', '--real-count', 'whole numbers separated by commas, as 50,100,200', String(typed));
}
