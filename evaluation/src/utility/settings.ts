/** What can be asked of a measurement of utility: light to load. */
import { dataFields, defaultsOf, type Field, SEED } from '@onnoise/training/settings';

// The networks see 8 bits, and learn classes: no numbers, masks or pictures beside the images.
const {
  maskRole: _,
  conditionImages: __,
  depth: ___,
  conditionColumns: ____,
  masks: _____,
  maskClasses: ______,
  ...imageFields
} = dataFields;

/** Settings of the images. */
export const UTILITY_FIELDS = {
  ...imageFields,
  validationShare: {
    ...dataFields.validationShare,
    default: 0.25,
    describe: 'share of --data that is held out to test on, without --test-data',
  },
  seed: { ...SEED, flag: 'split-seed', describe: 'seed that chooses which images are held out' },
} as const satisfies Record<string, Field>;

export const utilityDefaults = (): Record<string, unknown> => defaultsOf(UTILITY_FIELDS);

/** Steps of a run where none are named. */
export const USUAL_STEPS = 400;
export const USUAL_COUNTS: readonly number[] = [50, 100, 200];
export const USUAL_SEEDS = 5;
export const USUAL_SHARE = 0.5;
