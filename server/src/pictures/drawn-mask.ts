/** The mask that a model draws with a picture. */
import { labelPng, scaleMask } from '@onnoise/runtime-node';
import type { EngineModel } from '@onnoise/runtime-node/engine';
import { splitPairs } from '@onnoise/scheduler/model';
import type { Encoding } from './encoding.ts';

export interface DrawnMask {
  /** A PNG file, of the picture's size. */
  bytes: Buffer;
  /** How sure the classes of its pixels are, 0 to 1, on average. */
  confidence: number;
}

const DECIMALS = 6;

/** undefined of a model that draws none. @param drawn of the network's shape */
export async function drawnMask(
  drawn: Float32Array,
  { shape, maskOutput }: EngineModel,
  { size }: Pick<Encoding, 'size'>,
): Promise<DrawnMask | undefined> {
  if (!maskOutput) return undefined;
  const { masks, confidence } = splitPairs(drawn, shape, maskOutput);
  const [, height, width] = shape;
  const mask = size ? scaleMask(masks, { width, height }, size) : masks;
  const mean = confidence.reduce((sum, one) => sum + one, 0) / confidence.length;
  return {
    bytes: await labelPng(mask, size ?? { width, height }, maskOutput),
    confidence: Number(mean.toFixed(DECIMALS)),
  };
}
