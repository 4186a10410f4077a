/** A look at a set of images before any is decoded: fast, and nothing is written. */
import { checkSource } from './check-options.ts';
import { withFileErrors } from './file-errors.ts';
import { openSource } from './open-source.ts';
import type { PrepareOptions } from './types.ts';

/** What is known of a set by the names of its files and its table. */
export interface DataOutline {
  /** See `Dataset`. */
  name: string;
  /** Images to come, those included that will turn out unusable. */
  total: number;
  /** See `Dataset`; a class goes when none of its images is usable. */
  classNames?: string[];
  labelSource?: string;
  notes: string[];
}

/** Throws InputError where `prepareDataset` would before it decodes. */
export async function inspectData(options: Pick<PrepareOptions, 'data' | 'csv' | 'labelColumn'>): Promise<DataOutline> {
  checkSource(options);
  const { name, total, classNames, labelSource, notes } = await withFileErrors('prepare images', options.data, () =>
    openSource(options),
  );
  return { name, total, ...(classNames && { classNames }), ...(labelSource && { labelSource }), notes };
}
