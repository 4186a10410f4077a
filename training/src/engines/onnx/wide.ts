/** Which networks are wide: their weights, not their images, are most of what a step computes with and moves. */
import { sizeOf } from '@onnoise/scheduler/model';
import type { StepTensor } from '../../step/contracts.ts';

const MOST_WEIGHTS = 1 << 22;

/** @param state of the step */
export function isWide(state: readonly StepTensor[]): boolean {
  const weights = state.filter(({ name }) => name.startsWith('model.'));
  return weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0) > MOST_WEIGHTS;
}
