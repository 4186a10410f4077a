/** `prepareDataset` with a progress bar, unless the images are already prepared. */
import { prepareDataset } from '../../data/index.ts';
import type { Dataset, PrepareOptions } from '../../data/set/types.ts';
import { withProgress } from '../../terminal/progress.ts';

export function prepareWithProgress(options: PrepareOptions, signal?: AbortSignal): Promise<Dataset> {
  return withProgress('Preparing', { unit: 'images' }, (report) =>
    prepareDataset(
      options,
      ({ done, total, skipped }) => report({ done, total, ...(skipped > 0 && { note: `${skipped} skipped` }) }),
      signal,
    ),
  );
}
