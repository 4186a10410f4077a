/** The sets of images, as their options name them. */

/** How images are named, and what gives them classes and numbers. */
export interface SetName {
  option: string;
  csv: string;
  masks: string;
}

export const NAMED = {
  data: { option: '--data', csv: '--csv', masks: '--masks' },
  test: { option: '--test-data', csv: '--test-csv', masks: '--test-masks' },
  synthetic: { option: '--synthetic', csv: '--synthetic-csv', masks: '--synthetic-masks' },
} as const satisfies Record<string, SetName>;
