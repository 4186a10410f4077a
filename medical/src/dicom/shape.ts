/** What a DICOM image is, apart from its pixels, for the label maps that belong to it. */
import type { ImageShape } from '@onnoise/base/labels';
import { pixelShapeOf } from './aspect.ts';
import { frameCountOf } from './format.ts';
import { parseDicom } from './parse.ts';
import { type Plane, planeOf } from './plane.ts';
import { TAG } from './tags.ts';
import { layersOf } from './tone.ts';

export interface DicomShape {
  /** SOP Instance UID; empty where the file does not say. */
  instance: string;
  count: number;
  /** @param k a frame, from 0 */
  shapeOf(k: number): ImageShape;
  planeOf(k: number): Plane | undefined;
}

/**
 * @param beginning of the file
 * @returns undefined where it ends before the pixels: give more of it
 * @throws Error with the reason why the file cannot be used, which may be that it ends too early
 */
export function dicomShapeOf(beginning: Uint8Array): DicomShape | undefined {
  const { data } = parseDicom(beginning, TAG.pixels);
  if (data.elements[TAG.pixels] === undefined) return undefined;
  const [width, height] = [data.uint16(TAG.columns) ?? 0, data.uint16(TAG.rows) ?? 0];
  return {
    instance: data.string(TAG.sopInstance)?.trim() ?? '',
    count: frameCountOf(data),
    shapeOf: (k) => ({ width, height, aspect: pixelShapeOf(layersOf(data, k)).aspect }),
    planeOf: (k) => planeOf(data, k),
  };
}
