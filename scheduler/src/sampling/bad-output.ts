/** The error for a network whose output is not finite, the same in every runtime. */
import { type ImageSeed, nameSeed } from '../noise/seeds.ts';
import { InputError } from '../rules/errors.ts';

export interface BadOutput {
  /** The value; left out if only its kind is known. */
  received?: number | undefined;
  /** From 1. */
  step: number;
  steps: number;
  timestep: number;
  /** Of the image. */
  seed?: ImageSeed | undefined;
}

/** A network whose output is NaN or infinite, or so large that the picture overflows. */
export class BadOutputError extends InputError {}

export function badOutput({ received, step, steps, timestep, seed }: BadOutput): BadOutputError {
  const what = received === undefined ? 'NaN or infinity' : Number.isFinite(received) ? 'too large ones' : received;
  const image = seed === undefined ? '' : `, seed ${nameSeed(seed)}`;
  return new BadOutputError(
    "Cannot sample images: the network's output must be finite numbers, " +
      `received ${what} at step ${step} of ${steps} (timestep ${timestep}${image}).`,
  );
}
