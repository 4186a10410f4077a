/**
 * Frechet radiomics distance: Konz, Osuala et al. 2026, "Frechet Radiomic Distance (FRD)" (arXiv 2412.01496), as frd-score 1.0.1
 * computes its `v1`: features less the reference's mean over its deviation, columns that are not finite left out, and the natural
 * logarithm of the squared Frechet distance. So it may be negative, and one more is a factor of 2.7. As the package does, it takes any
 * number of pictures: of fewer than features, chance is much of it. Compare those of the same N.
 */
import { InputError } from '@onnoise/scheduler/rules';
import { frechetDistance, momentsOf } from '../measures/frechet.ts';

/** Rows of `radiomicsOf`, all with the same names. */
export type Radiomics = readonly Readonly<Record<string, number>>[];

/**
 * @param reference those whose mean and deviation are the units
 * @throws InputError for fewer than two in either set
 */
export function radiomicsDistance(reference: Radiomics, others: Radiomics): number {
  for (const [name, rows] of [
    ['reference', reference],
    ['pictures', others],
  ] as const) {
    if (rows.length >= 2) continue;
    throw new InputError(
      `Cannot compare radiomics: the ${name} must be at least 2 images that have features, received ${rows.length}.`,
    );
  }
  const columns = Object.keys(reference[0]!).flatMap((name) => {
    // As the package: float32.
    const of = (rows: Radiomics) => Float64Array.from(rows, (row) => Math.fround(row[name]!));
    const [one, other] = [of(reference), of(others)];
    const mean = average(one);
    const deviation = Math.sqrt(average(one.map((value) => (value - mean) ** 2)));
    const scaled = [one, other].map((values) => values.map((value) => (value - mean) / deviation));
    return scaled.every((values) => values.every(Number.isFinite)) ? [scaled] : [];
  });
  const width = columns.length;
  const [known, seen] = [reference, others].map((rows, set) =>
    Float32Array.from({ length: rows.length * width }, (_, i) => columns[i % width]![set]![Math.floor(i / width)]!),
  );
  return Math.log(frechetDistance(momentsOf(known!, width), momentsOf(seen!, width)));
}

const average = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
