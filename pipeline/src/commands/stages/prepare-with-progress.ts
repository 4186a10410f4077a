/** `prepareDataset` with a progress bar, unless the images are already prepared. */

import { withProgress } from '@onnoise/base/terminal';
import { type Dataset, type PrepareOptions, prepareDataset } from '@onnoise/training/data';

export function prepareWithProgress(options: PrepareOptions, signal?: AbortSignal): Promise<Dataset> {
  return withProgress('Preparing', { unit: 'images' }, (report) =>
    prepareDataset(
      options,
      ({ done, total, skipped }) => report({ done, total, ...(skipped > 0 && { note: `${skipped} skipped` }) }),
      signal,
    ),
  );
}
