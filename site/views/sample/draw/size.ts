import type { MaskSize } from '../masks/mask.ts';
import { toldSpec } from '../state/told-state.ts';

/** Of the drawing that the chosen model takes, in pixels. */
export function sizeOfDrawing(): MaskSize {
  const [, height, width] = toldSpec.value!.shape;
  return { width, height };
}
