/** Drawings out of label maps: the visitor's own file, and the examples that a model folder holds. */
import { type ConditionImage, classNumbers, MODEL_FILES, sniff } from '@onnoise/scheduler/model';
import { isPng, type LabelGrid, labelsOfPng } from '@onnoise/scheduler/png';
import { InputError } from '@onnoise/scheduler/rules';
import type { Mask, MaskSize } from './mask.ts';

export type MaskSpec = ConditionImage & Required<Pick<ConditionImage, 'mask'>>;

const MOST_PIXELS = 2 ** 24;

/**
 * A label map as a drawing in the model's size: the largest part in the middle that has its proportions, each pixel that of the nearest.
 * @throws InputError for a file that is none, and for numbers that the model does not know
 */
export async function drawingOfFile(file: Blob, name: string, { shape, mask }: MaskSpec): Promise<Mask> {
  const grid = await readLabelMap(file, name);
  const [, height, width] = shape;
  return withReason(name, () => classNumbers(fitLabels(grid, { width, height }), mask));
}

/** A model's, below each other. @throws InputError for a file that is no such sheet */
export async function examplesOf(file: Blob, { shape, mask }: MaskSpec): Promise<Mask[]> {
  const { width, height, labels } = await readLabelMap(file, MODEL_FILES.masks);
  const [, down, across] = shape;
  if (width !== across || height % down !== 0) {
    throw new InputError(
      `Cannot use ${MODEL_FILES.masks}: it must hold masks of ${across} × ${down} pixels below each other, received ${width} × ${height} pixels.`,
    );
  }
  const all = withReason(MODEL_FILES.masks, () => classNumbers(labels, mask));
  const plane = across * down;
  return Array.from({ length: height / down }, (_, i) => all.slice(i * plane, (i + 1) * plane));
}

async function readLabelMap(file: Blob, name: string): Promise<LabelGrid> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!isPng(bytes)) {
    throw new InputError(
      `Cannot use ${name}: it must be a label map in PNG, received ${(await sniff(file)) ?? 'another file'}.`,
    );
  }
  return labelsOfPng(bytes, MOST_PIXELS).catch((error: unknown) => unusable(name, error));
}

function withReason<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    return unusable(name, error);
  }
}

/** Makes a sentence of a reason. */
function unusable(name: string, reason: unknown): never {
  throw new InputError(`Cannot use ${name}: ${(reason as Error).message}.`);
}

/** @returns [height, width] of the wanted size */
export function fitLabels({ width, height, labels }: LabelGrid, to: MaskSize): Uint16Array {
  const scale = Math.min(width / to.width, height / to.height);
  const [left, top] = [(width - scale * to.width) / 2, (height - scale * to.height) / 2];
  return Uint16Array.from({ length: to.width * to.height }, (_, i) => {
    const x = Math.floor(left + ((i % to.width) + 0.5) * scale);
    const y = Math.floor(top + (Math.floor(i / to.width) + 0.5) * scale);
    return labels[y * width + x]!;
  });
}
