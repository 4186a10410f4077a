/** How a model's pictures fall into classes, by a classifier: the histogram of the report, and how often each class succeeds. */

import type { Candidate } from './measures/index.ts';
import type { ClassShares } from './report/types.ts';

/** @returns undefined where no classifier has looked, or the images have no labels */
export function classShares(
  names: readonly string[] | undefined,
  model: Candidate,
  real: Candidate,
): ClassShares[] | undefined {
  const [seen, realSeen] = [model.features.classes, real.features.classes];
  if (names === undefined || seen === undefined || realSeen === undefined) return undefined;
  const asked = model.images.labels;
  // What nobody asks for comes as in the data, if all is well.
  const wanted = asked ?? real.images.labels;
  return names.map((name, label) => ({
    name,
    asked: wanted === undefined ? 0 : shareOf(wanted, (one) => one === label),
    seen: shareOf(seen, (one) => one === label),
    ...rightOf('right', seen, asked, label),
    ...rightOf('realRight', realSeen, real.images.labels, label),
  }));
}

const shareOf = (values: Int32Array, holds: (value: number) => boolean): number =>
  values.filter(holds).length / values.length;

/** Of the images with a label, the share that is taken for it; nothing where there are none. */
function rightOf<K extends string>(key: K, seen: Int32Array, labels: Int32Array | undefined, label: number) {
  const given = seen.filter((_, i) => labels?.[i] === label);
  return given.length === 0 ? {} : ({ [key]: shareOf(given, (one) => one === label) } as Record<K, number>);
}
