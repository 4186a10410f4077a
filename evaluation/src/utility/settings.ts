/** What can be asked of a measurement of utility: light to load. */
import { dataFields, defaultsOf, type Field, SEED } from '@onnoise/training/settings';

export const TASKS = ['classify', 'regress', 'segment'] as const;
export type TaskName = (typeof TASKS)[number];

// The networks see 8 bits, and no pictures beside the images.
const { maskRole: _, conditionImages: __, depth: ___, ...imageFields } = dataFields;

/** Settings of the images. */
export const UTILITY_FIELDS = {
  ...imageFields,
  conditionColumns: {
    ...dataFields.conditionColumns,
    describe: 'CSV column of the number to read in images, with --task regress: boneage',
  },
  validationShare: {
    ...dataFields.validationShare,
    default: 0.25,
    describe: 'share of --data that is held out to test on, without --test-data',
  },
  seed: { ...SEED, flag: 'split-seed', describe: 'seed that chooses which images are held out' },
} as const satisfies Record<string, Field>;

export const utilityDefaults = (): Record<string, unknown> => defaultsOf(UTILITY_FIELDS);

/** Steps of a run where none are named: in batches of 32, of a segmenter in batches of 8. */
export const USUAL_STEPS: Readonly<Record<TaskName, number>> = { classify: 400, regress: 600, segment: 600 };
export const USUAL_COUNTS: readonly number[] = [50, 100, 200];
export const USUAL_SEEDS = 5;
export const USUAL_SHARE = 0.5;
