/**
 * The masks that a model draws with its pictures, as files beside them: for single pictures in `out` label maps in `out-masks` and how
 * sure they are in `out-confidence`, under the same names; for an array `x.npy` the arrays `x-masks.npy` and `x-confidence.npy`.
 */
import { join } from 'node:path';
import { writeNpy } from '@onnoise/base/arrays';
import type { Samples } from '@onnoise/runtime-node';
import { type Artefact, maskNamesFile, maskValues } from '@onnoise/scheduler/model';
import { singleName } from './own-pictures.ts';

/** `a/x.npy` as `a/x-masks.npy` */
export const besideName = (path: string, what: string): string => path.replace(/(\.[^.]+)$/, `-${what}$1`);

/** The files and their bytes, one after the other; none for a model that draws no masks. */
export async function* maskFiles(
  {
    masks,
    maskConfidence,
    shape: [, height, width],
    seeds,
    artefact,
  }: Samples & { artefact: Pick<Artefact, 'maskOutput'> },
  { array, singles }: { array?: string | undefined; singles?: string | undefined },
): AsyncGenerator<[path: string, bytes: Uint8Array]> {
  const { maskOutput } = artefact;
  if (!masks || !maskConfidence || !maskOutput) return;
  const { labelPng, png } = await import('@onnoise/runtime-node');
  const values = maskValues(maskOutput);
  if (array !== undefined) {
    const dims = [seeds.length, height, width];
    const stored = values.at(-1)! > 255 ? Uint16Array.from(masks, (k) => values[k]!) : masks.map((k) => values[k]!);
    yield [besideName(array, 'masks'), writeNpy(stored, dims)];
    yield [besideName(array, 'confidence'), writeNpy(maskConfidence, dims)];
  }
  if (singles === undefined) return;
  const plane = height * width;
  for (const [i, seed] of seeds.entries()) {
    const part = { from: i * plane, to: (i + 1) * plane };
    const name = singleName(seed, 'png');
    const mask = masks.subarray(part.from, part.to);
    yield [join(`${singles}-masks`, name), await labelPng(mask, { width, height }, maskOutput)];
    const sure = maskConfidence.subarray(part.from, part.to).map((share) => 2 * share - 1);
    yield [join(`${singles}-confidence`, name), await png(sure, [1, height, width])];
  }
  yield [join(`${singles}-masks`, 'labels.json'), Buffer.from(maskNamesFile(maskOutput))];
}
