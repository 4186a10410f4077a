/**
 * The part of DP-SGD that is in the step: each image is a part of its own, whose gradient is clipped before it is added, so that no
 * image moves the sum by more than the clip. The noise is what the totals begin with: an input, drawn where its key is known. The sum
 * is divided by the images that are expected in an update, not by those that came, whose number is nobody's to know.
 *
 * An image may have several timesteps, over which its gradient is averaged before it is clipped: that costs no privacy.
 *
 * Limits: one image at a time, on each core. The gradients of single images cannot be had from those of a batch; a graph of many
 * unrolled images takes their memory for the same work, and ghost clipping (Li et al. 2021) a second backward pass and a rule for each
 * layer.
 *
 * Source: Abadi et al., "Deep Learning with Differential Privacy" (arXiv 1607.00133), algorithm 1; Dockhorn et al., "Differentially
 * Private Diffusion Models" (arXiv 2210.09929), algorithm 1, for the timesteps.
 */
import * as tf from '@tensorflow/tfjs';
import { clipFactor, globalNorm } from '../optimizer/adam.ts';
import type { StepParts, StepPrivacy, StepTensor, Tensors } from './contracts.ts';
import { GRADIENT } from './parts.ts';

/** @param parts of one image each @param expected images of an update */
export const privately = (parts: StepParts, { clip }: StepPrivacy, expected: number): StepParts => ({
  ...parts,
  count: undefined,
  share: 1 / expected,
  differentiate: (before, inputs) => tf.tidy(() => clipped(parts.differentiate(before, inputs), clip)),
});

function clipped(given: Tensors, clip: number): Tensors {
  const gradients = Object.entries(given).filter(([name]) => name.startsWith(GRADIENT));
  const factor = clipFactor(globalNorm(gradients.map(([, gradient]) => tf.square(gradient))), clip);
  return { ...given, ...Object.fromEntries(gradients.map(([name, gradient]) => [name, tf.mul(gradient, factor)])) };
}

/** The totals that begin with noise. */
export const noisyTotals = ({ gives }: Pick<StepParts, 'gives'>): StepTensor[] =>
  gives.filter(({ name }) => name.startsWith(GRADIENT));
