/** Label maps are told from pictures by their few values. */
import type { LabelGrid } from '@onnoise/scheduler/png';

/** Most different labels of a file; what has more is a picture. */
const MOST_LABELS = 256;
const LARGEST = 65_535;

/** @param grids all that were read of one file @throws Error with the reason where they are no label maps */
export function requireFewLabels(grids: readonly LabelGrid[]): void {
  const seen = new Uint8Array(LARGEST + 1);
  let different = 0;
  for (const { labels } of grids) {
    for (const label of labels) {
      if (seen[label] === 1) continue;
      seen[label] = 1;
      different++;
    }
  }
  if (different <= MOST_LABELS) return;
  throw new Error(
    `it has ${different} different values, more than ${MOST_LABELS}: it looks like a picture, not a label map`,
  );
}
