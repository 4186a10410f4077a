/** How far two loss curves of the same batches lie apart, step by step. */
import type { Line } from './train.ts';

export interface CurveDifference {
  /** Largest relative difference of loss and gradient norm in the first step, which is rounding alone. */
  first: number;
  /** The same of the losses of the first ten steps. */
  ten: number;
  /** The first step whose losses differ by more than a hundredth; undefined if none does. */
  apart: number | undefined;
  /** Mean loss of the last tenth of the steps, ours and PyTorch's. */
  ours: number;
  torch: number;
}

export function compareCurves(ours: readonly Line[], torch: readonly Line[]): CurveDifference {
  if (ours.length !== torch.length || ours.length === 0) {
    throw new Error(`The curves have ${ours.length} and ${torch.length} steps.`);
  }
  const losses = ours.map(({ loss }, i) => relative(loss, torch[i]!.loss));
  const tail = Math.ceil(ours.length / 10);
  return {
    first: Math.max(losses[0]!, relative(ours[0]!.gradNorm, torch[0]!.gradNorm)),
    ten: Math.max(...losses.slice(0, 10)),
    apart: ours[losses.findIndex((difference) => difference > 0.01)]?.step,
    ours: mean(ours.slice(-tail).map(({ loss }) => loss)),
    torch: mean(torch.slice(-tail).map(({ loss }) => loss)),
  };
}

const relative = (a: number, b: number) => Math.abs(a - b) / Math.abs(b);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
