/** Latents that samplers would cut off: those of an autoencoder whose scale nobody chose for them. */
import type { SchedulerConfig } from '@onnoise/scheduler';
import { InputError } from '@onnoise/scheduler/rules';
import type { Latents } from '../data/set/types.ts';

/** Images that are looked at, and the largest share of their latents that may lie farther out. */
const IMAGES = 64;
const SHARE = 0.01;

/**
 * @param count of all images
 * @throws InputError where samplers clip, and more than a hundredth of the latents lies beyond
 */
export async function requireWithinClip(
  latents: Pick<Latents, 'read'>,
  count: number,
  { clip_sample, clip_sample_range }: Pick<SchedulerConfig, 'clip_sample' | 'clip_sample_range'>,
): Promise<void> {
  if (!clip_sample) return;
  const some = Uint32Array.from({ length: Math.min(IMAGES, count) }, (_, i) => i);
  const values = await latents.read(some);
  const beyond = values.reduce((sum, value) => sum + Number(Math.abs(value) > clip_sample_range), 0) / values.length;
  if (beyond <= SHARE) return;
  throw new InputError(
    `Cannot start training: --scheduler.clip_sample must be false for latents of which ${(100 * beyond).toFixed(0)} % lie beyond ${clip_sample_range}, where samplers would clip them, received true.`,
  );
}
